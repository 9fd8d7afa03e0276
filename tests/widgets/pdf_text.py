"""Read what a PDF of Qt's writer says: its pages, and the text of each by its own fonts' maps."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)\bendobj", re.DOTALL)
_TOKEN = re.compile(rb"/F(\d+)\s+\S+\s+Tf|<([0-9A-Fa-f\s]+)>\s*Tj|\[(.*?)\]\s*TJ|(\bET\b)", re.DOTALL)


def _objects(content: bytes) -> dict[int, bytes]:
    return {int(number): body for number, body in _OBJECT.findall(content)}


def _stream(body: bytes) -> bytes:
    start = re.search(rb"stream\r?\n", body)
    assert start is not None
    data = body[start.end() : body.rindex(b"endstream")]
    return zlib.decompress(data) if b"FlateDecode" in body else data


def _map_of(stream: bytes) -> dict[int, str]:
    """Return glyph → text of a ToUnicode stream."""
    found: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", stream, re.DOTALL):
        for glyph, text in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            found[int(glyph, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", stream, re.DOTALL):
        for first, last, rest in re.findall(
            rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(\[.*?\]|<[0-9A-Fa-f]+>)", block, re.DOTALL
        ):
            codes = re.findall(rb"<([0-9A-Fa-f]+)>", rest)
            texts = [bytes.fromhex(code.decode()).decode("utf-16-be") for code in codes]
            for offset in range(int(last, 16) - int(first, 16) + 1):
                if len(texts) > offset and rest.startswith(b"["):
                    found[int(first, 16) + offset] = texts[offset]
                elif texts:
                    found[int(first, 16) + offset] = chr(ord(texts[0]) + offset)
    return found


def pdf_pages(content: bytes) -> list[str]:
    """Return the text of each page, a line for each run of letters; glyphs without a text are left out."""
    objects = _objects(content)
    maps: dict[int, dict[int, str]] = {}
    for number, body in objects.items():
        link = re.search(rb"/ToUnicode (\d+) 0 R", body)
        if link is not None:
            maps[number] = _map_of(_stream(objects[int(link[1])]))
    found = []
    for body in objects.values():
        if not re.search(rb"/Type\s*/Page\b", body):
            continue
        link = re.search(rb"/Contents (\d+) 0 R", body)
        assert link is not None
        found.append(_text(_stream(objects[int(link[1])]), maps))
    return found


def _text(stream: bytes, maps: dict[int, dict[int, str]]) -> str:
    font: dict[int, str] = {}
    words = []
    for name, one, several, end in _TOKEN.findall(stream):
        if name:
            font = maps.get(int(name), {})
        elif end:
            words.append("\n")
        else:
            runs = [part.decode() for part in re.findall(rb"<([0-9A-Fa-f\s]+)>", several)] or [one.decode()]
            digits = "".join("".join(runs).split())
            words += [font.get(int(digits[at : at + 4], 16), "") for at in range(0, len(digits), 4)]
    return "".join(words)
