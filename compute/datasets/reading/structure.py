"""Where the lines and values of separated text are, found without parsing them."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 25
SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " "}
SEPARATOR_WORDS = {
    "comma": "commas", "semicolon": "semicolons", "tab": "tabs", "pipe": "bars |", "space": "spaces",
}  # fmt: skip
NUMBER = re.compile(r"\s*[-+−]?(\d+([.,]\d*)?|[.,]\d+)([eE][-+]?\d+)?\s*")


@dataclass(frozen=True)
class Records:
    """The lines of a table; one may span several lines of the file where a quoted value does.

    Attributes
    ----------
    starts, ends
        (n,) byte offsets; the end excludes the line break.
    fields
        (n,) number of values.
    lines
        (n,) line of the file on which it begins, from 1.
    adjoining
        (n,) whether no empty line stands before it.
    blank
        Number of empty lines, which are not among these.
    open_quote
        Line on which a quotation mark opens that is never closed, or 0.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    fields: NDArray[np.int64]
    lines: NDArray[np.int64]
    adjoining: NDArray[np.bool_]
    blank: int
    open_quote: int


@dataclass(frozen=True)
class SeparatedText:
    """Separated text with its records found."""

    file: str
    data: bytes
    separator: str
    quotes: bool
    records: Records

    def cells(self, record: int) -> list[str]:
        """Return the values of a record."""
        raw = self.data[self.records.starts[record] : self.records.ends[record]]
        return split_record(raw.decode("utf-8", "replace"), self.separator, self.quotes)


def find_records(data: bytes, separator: str, quotes: bool) -> Records:
    r"""Find the records of separated text.

    Parameters
    ----------
    data
        UTF-8 text with ``\n`` or ``\r\n`` line ends.
    separator
        One ASCII character.
    quotes
        Whether separators and line ends between double quotation marks are part of a value.

    Returns
    -------
    Records
        In time and memory linear in the size; about 2 s a gigabyte.
    """
    quotes = quotes and b'"' in data
    array = np.frombuffer(data, dtype=np.uint8)
    ends, before, line_of_end = [], [], []
    separators_so_far = breaks_so_far = first_quoted_break = 0
    inside = np.uint8(0)
    for offset in range(0, max(1, len(array)), BLOCK):
        block = array[offset : offset + BLOCK]
        breaks, separating = block == 10, block == ord(separator)
        all_breaks = np.flatnonzero(breaks)
        if quotes:
            parity = np.bitwise_xor.accumulate((block == 34).view(np.uint8)) ^ inside
            inside = parity[-1]
            if not first_quoted_break and (parity[all_breaks] == 1).any():
                first_quoted_break = breaks_so_far + int(np.argmax(parity[all_breaks] == 1)) + 1
            outside = parity == 0
            breaks &= outside
            separating &= outside
        found = np.flatnonzero(breaks)
        ends.append(found + offset)
        positions = np.flatnonzero(separating)
        before.append(np.searchsorted(positions, found) + separators_so_far)
        line_of_end.append(np.searchsorted(all_breaks, found, side="right") + breaks_so_far)
        separators_so_far += len(positions)
        breaks_so_far += len(all_breaks)
    end = np.concatenate(ends)
    total = np.concatenate(before)
    line_after = np.concatenate(line_of_end) + 1
    if not len(end) or end[-1] != len(array) - 1:
        end = np.append(end, len(array))
        total = np.append(total, separators_so_far)
        line_after = np.append(line_after, breaks_so_far + 2)
    start = np.concatenate([[0], end[:-1] + 1])
    fields = np.diff(total, prepend=0) + 1
    lines = np.concatenate([[1], line_after[:-1]])
    carriage = (end > start) & (array[np.maximum(end - 1, 0)] == 13)
    end = end - carriage
    filled = _filled(data, start, end, fields)
    return Records(
        start[filled],
        end[filled],
        fields[filled],
        lines[filled],
        np.diff(np.flatnonzero(filled), prepend=-1) == 1,
        int(len(filled) - filled.sum()),
        first_quoted_break if inside else 0,
    )


def _filled(
    data: bytes, starts: NDArray[np.int64], ends: NDArray[np.int64], fields: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which records hold more than white space."""
    filled = ends > starts
    for index in np.flatnonzero(filled & (fields == 1) & (ends - starts < 64))[:10_000]:
        filled[index] = bool(data[starts[index] : ends[index]].strip())
    return filled


def split_record(text: str, separator: str, quotes: bool) -> list[str]:
    """Split one record into its values, quotation marks removed.

    Examples
    --------
    >>> split_record('1,"a ""b"", c",', ",", True)
    ['1', 'a "b", c', '']
    """
    if not quotes or '"' not in text:
        return text.split(separator)
    values, value, inside, at = [], "", False, 0
    while at < len(text):
        character = text[at]
        if character == '"':
            if inside and text[at + 1 : at + 2] == '"':
                value += '"'
                at += 1
            else:
                inside = not inside
        elif character == separator and not inside:
            values.append(value)
            value = ""
        else:
            value += character
        at += 1
    return [*values, value]


def is_number(text: str) -> bool:
    """Return whether a value looks like a number, with a decimal point or comma.

    Examples
    --------
    >>> [is_number(t) for t in ("3.5", "3,5", "-1e5", "", "bmi")]
    [True, True, True, False, False]
    """
    return NUMBER.fullmatch(text) is not None


def detect_separator(data: bytes, quotes: bool) -> str | None:
    """Return the name of the separator that divides the first lines most evenly, or ``None``.

    The separator must occur in the first line. Of those that divide equally many lines evenly, tabs,
    semicolons and bars win over commas (which may be decimal signs), and all win over spaces.
    """
    head = data[:65536]
    if len(data) > len(head) and b"\n" in head:
        head = head[: head.rindex(b"\n") + 1]
    best, best_score = None, 0.0
    for rank, name in enumerate(("tab", "semicolon", "pipe", "comma", "space")):
        text = squeeze_spaces(head) if name == "space" else head
        separator = "\t" if name == "space" else SEPARATORS[name]
        records = find_records(text, separator, quotes)
        if not len(records.fields) or records.fields[0] < 2:
            continue
        even = float(np.mean(records.fields == records.fields[0]))
        score = (even if even > 0.5 else even / 10) - rank * 0.01 - (0.5 if name == "space" else 0)
        if score > best_score:
            best, best_score = name, score
    return best


def squeeze_spaces(data: bytes) -> bytes:
    """Turn every run of spaces and tabs into one tab, and drop those at the ends of lines."""
    data = re.sub(rb"[ \t]+", b"\t", data)
    return re.sub(rb"(?m)^\t|\t(?=\r?$)", b"", data)


def blank_preamble(data: bytes) -> tuple[bytes, int]:
    r"""Empty the lines before the header that are comments or Excel's ``sep=;``, and count them.

    The lines stay, empty, so that later ones keep their numbers. A comment right above the values with as
    many separators as those have is a header with a ``#`` before it, as NumPy's ``savetxt`` writes it.

    Examples
    --------
    >>> blank_preamble(b"# by me\na,b\n1,2\n"), blank_preamble(b"# a,b\n1,2\n")
    ((b'\na,b\n1,2\n', 1), (b' a,b\n1,2\n', 0))
    """
    skipped = at = 0
    while data[at : at + 1] == b"#" or (at == 0 and re.match(rb"sep=.\r?\n", data)):
        end = data.find(b"\n", at)
        if end < 0:
            return b"\n" * skipped, skipped
        line, following = data[at:end], data[end + 1 :].split(b"\n", 1)[0]
        if line.startswith(b"#") and not following.startswith(b"#"):
            same = any(line.count(s) == following.count(s) > 0 for s in (b",", b";", b"\t", b"|"))
            if same or (line[1:].split() and len(line[1:].split()) == len(following.split()) > 1):
                return b"\n" * skipped + data[at + 1 :], skipped
        skipped += 1
        at = end + 1
    return (b"\n" * skipped + data[at:], skipped) if skipped else (data, 0)
