"""Words inside a PNG: chunks of text that any reader of pictures shows or leaves alone."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_END = len(SIGNATURE) + 25
"""The signature and the header chunk, which must come first."""


def with_text(content: bytes, texts: Mapping[str, str]) -> bytes:
    """Return a PNG with texts added: as tEXt where Latin-1 can write them, else as iTXt.

    Parameters
    ----------
    content
        The PNG.
    texts
        Keyword (1 to 79 Latin-1 letters) → text; empty ones are left out.

    Raises
    ------
    ValueError
        Where it is no PNG or a keyword cannot be one.
    """
    if not content.startswith(SIGNATURE) or content[12:16] != b"IHDR":
        raise ValueError("not a PNG")
    chunks = b"".join(_chunk(keyword, text) for keyword, text in texts.items() if text)
    return content[:_HEADER_END] + chunks + content[_HEADER_END:]


def _chunk(keyword: str, text: str) -> bytes:
    name = keyword.encode("latin-1")
    if not 1 <= len(name) <= 79 or b"\0" in name:
        raise ValueError(f"{keyword!r} is no keyword of a PNG")
    try:
        kind, body = b"tEXt", name + b"\0" + text.encode("latin-1")
    except UnicodeEncodeError:
        # not compressed, no language, no translated keyword
        kind, body = b"iTXt", name + b"\0\0\0\0\0" + text.encode()
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
