"""From bytes to UTF-8 text, with the encoding found out and said."""

from __future__ import annotations

import codecs
import re

from compute.datasets.reading.wording import refuse
from compute.problems import Remedy

LABELS = {
    "utf-8": "UTF-8", "utf-16": "UTF-16", "latin-1": "Latin-1", "cp1252": "Windows-1252",
    "gb18030": "GBK / GB18030", "big5": "Big5", "shift_jis": "Shift JIS", "euc_kr": "EUC-KR",
    "cp1251": "Windows-1251",
}  # fmt: skip

_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with a byte-order mark"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32 (little-endian)"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32 (big-endian)"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 (little-endian)"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 (big-endian)"),
)
_SAMPLE = 1 << 20
_RUN = re.compile(rb"[\x80-\xff]+")
_PAIRS = re.compile(rb"([\xa1-\xa9\xb0-\xf7][\xa1-\xfe])+")
_COMMON = re.compile(rb"[\xa1-\xa9\xb0-\xd7][\xa1-\xfe]")


def to_utf8(name: str, data: bytes, encoding: str) -> tuple[bytes, str]:
    """Return the text as UTF-8 without a byte-order mark, and a note on how it was read, or "".

    Parameters
    ----------
    name
        File name for messages.
    data
        The file's bytes, not empty.
    encoding
        As configured: ``"auto"`` takes a byte-order mark, else UTF-8 where the bytes are that, else guesses
        between GB18030, Windows-1252 and Latin-1 by the pattern of the bytes above 127, and says so.

    Raises
    ------
    ProblemError
        The bytes are no text, not in the configured encoding, or in one that cannot be told.
    """
    if encoding != "auto":
        return _decode(name, data, encoding), ("" if encoding == "utf-8" else f"read as {LABELS[encoding]}")
    for mark, codec, label in _MARKS:
        if data.startswith(mark):
            text = _recode(name, data[len(mark) :], codec, label)
            return _check_text(name, text), ("" if codec == "utf-8" else f"read as {label}")
    sample = data[:_SAMPLE]
    if sample.count(0) > len(sample) // 5:
        codec = "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"
        try:
            text = data.decode(codec).encode()
        except UnicodeDecodeError:
            raise _no_text(name) from None
        return _check_text(name, text), "read as UTF-16 (guessed: it has no byte-order mark)"
    _check_text(name, data)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        codec = _guess(name, data)
        note = f"read as {LABELS[codec]} (guessed: the file is not UTF-8; “Encoding” changes it)"
        return _recode(name, data, codec, LABELS[codec]), note
    return data, ""


def _decode(name: str, data: bytes, encoding: str) -> bytes:
    for mark, codec, _ in _MARKS:
        if data.startswith(mark) and codec.startswith(encoding):
            return _check_text(name, _recode(name, data[len(mark) :], codec, LABELS[encoding]))
    codec = "utf-16-le" if encoding == "utf-16" else encoding
    return _check_text(name, _recode(name, data, codec, LABELS[encoding]))


def _recode(name: str, data: bytes, codec: str, label: str) -> bytes:
    try:
        return data.decode(codec).encode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise refuse(
            name,
            f"line {line} is not {label}.",
            f"Byte {error.start + 1} of the file, {data[error.start]:#04x}, has no meaning in {label}. "
            "It was probably written in another encoding, or is damaged.",
            "data.encoding",
        ) from None
    except UnicodeEncodeError:
        raise _no_text(name) from None


def _check_text(name: str, data: bytes) -> bytes:
    """Refuse bytes with more control characters than text has."""
    sample = data[:_SAMPLE]
    control = len(re.findall(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]", sample))
    if 0 in sample or control > len(sample) // 50:
        raise _no_text(name)
    return data


def _no_text(name: str) -> Exception:
    return refuse(
        name,
        "it is not text.",
        "It holds bytes that no table of text has, so it is probably another kind of file with this name. "
        "CSV and its relatives, Parquet and NPZ can be read.",
    )


def _guess(name: str, data: bytes) -> str:
    """Guess the encoding of text that is not UTF-8.

    In Western text, bytes above 127 stand alone or in twos between ASCII letters. In GBK text of Chinese they
    come in pairs, most of which are the common characters of GB 2312's first level (lead B0–D7) or its
    punctuation. Whatever fits neither is asked for rather than guessed.
    """
    western = chinese = 0
    for run in _RUN.finditer(data[:_SAMPLE]):
        before, after = data[run.start() - 1 : run.start()], data[run.end() : run.end() + 1]
        inside_word = before.isalpha() and after.isalpha()
        pairs = _PAIRS.fullmatch(run[0]) is not None
        common = len(_COMMON.findall(run[0])) * 2 >= len(run[0]) // 2
        if pairs and common and not inside_word:
            chinese += len(run[0])
        elif len(run[0]) <= 2:
            western += len(run[0])
    high = len(re.findall(rb"[\x80-\xff]", data[:_SAMPLE]))
    if chinese >= 0.7 * high and _fits(data, "gb18030"):
        return "gb18030"
    if western < 0.7 * high:
        fitting = [
            codec
            for codec in ("gb18030", "cp1251", "shift_jis", "big5", "euc_kr", "latin-1")
            if _fits(data, codec)
        ]
        raise refuse(
            name,
            "its encoding cannot be told.",
            "It is not UTF-8, and its letters look neither Western nor Chinese. Saved as UTF-8, or with the "
            "encoding chosen, it can be read.",
            "data.encoding",
            tuple(Remedy(f"Read as {LABELS[codec]}", {"data.encoding": codec}) for codec in fitting),
        )
    windows_only = re.search(rb"[\x80-\x9f]", data) and _fits(data, "cp1252")
    return "cp1252" if windows_only else "latin-1"


def _fits(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
