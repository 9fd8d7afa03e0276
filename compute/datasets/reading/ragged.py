"""Lines with too many or too few values: shown, repaired or left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.datasets.reading.repair import ColumnShape, column_shape, join_decimals, joined
from compute.datasets.reading.structure import (
    SEPARATOR_WORDS,
    SEPARATORS,
    Records,
    SeparatedText,
    detect_separator,
    split_record,
)
from compute.datasets.reading.wording import count, cut_excerpt, quoted, refuse, short
from compute.problems import Excerpt, Remedy

SAMPLE = 2000
MOST_REPAIRS = 20_000


def even_lines(
    text: SeparatedText, names: list[str], first: int, options: Mapping[str, Any]
) -> tuple[NDArray[np.intp], dict[int, list[str]], tuple[str, ...]]:
    """Choose the records to use.

    Parameters
    ----------
    text
        Text with its records.
    names
        Column names; every record needs as many values.
    first
        Index of the first record of values (1 with a header).
    options
        ``bad_lines`` and ``decimal`` as declared for files.

    Returns
    -------
    rows
        Indices of the records to parse, ascending, at least one.
    replaced
        Values of records that were repaired.
    notes
        What was left out or repaired, with line numbers.

    Raises
    ------
    ProblemError
        An uneven line, with its neighbours; or no even one at all.
    """
    records = text.records
    rows = np.arange(first, len(records.fields))
    uneven = rows[records.fields[first:] != len(names)]
    if not len(uneven):
        return rows, {}, ()
    even = rows[records.fields[first:] == len(names)]
    repairs: dict[int, tuple[int, ...]] = {}
    if text.separator == "," and len(even):
        repairs = _repairs(text, even, uneven)
    notes: list[str] = []
    replaced: dict[int, list[str]] = {}
    if options["decimal"] == "comma" and repairs:
        replaced = {index: joined(text.cells(index), firsts) for index, firsts in repairs.items()}
        places = _places(records, np.array(sorted(repairs)))
        notes.append(
            f"{count(len(repairs), 'line')} with too many values read with a decimal comma: {places}"
        )
        uneven = np.array([index for index in uneven if int(index) not in replaced], dtype=np.intp)
    if len(uneven):
        if options["bad_lines"] != "skip" or len(uneven) == len(rows):
            raise _problem(text, names, first, uneven, even, repairs)
        notes.append(
            f"{count(len(uneven), 'line')} with too many or too few values left out: "
            f"{_places(records, uneven)}"
        )
    return np.setdiff1d(rows, uneven, assume_unique=True), replaced, tuple(notes)


def _places(records: Records, rows: NDArray[np.intp]) -> str:
    shown = ", ".join(str(line) for line in records.lines[rows[:8]])
    return f"{shown} and {count(len(rows) - 8)} more" if len(rows) > 8 else shown


def _repairs(
    text: SeparatedText, even: NDArray[np.intp], uneven: NDArray[np.intp]
) -> dict[int, tuple[int, ...]]:
    """Return, for every line that can be told, which values a decimal comma tore apart."""
    records = text.records
    long = uneven[records.fields[uneven] > records.fields[even[0]]][:MOST_REPAIRS]
    if not len(long):
        return {}
    sample = even[np.unique(np.linspace(0, len(even) - 1, min(SAMPLE, len(even))).astype(np.intp))]
    shape: ColumnShape = column_shape([text.cells(int(index)) for index in sample])
    found = {}
    for index in long:
        firsts = join_decimals(text.cells(int(index)), shape)
        if firsts is not None:
            found[int(index)] = firsts
    return found


def _problem(
    text: SeparatedText,
    names: list[str],
    first: int,
    uneven: NDArray[np.intp],
    even: NDArray[np.intp],
    repairs: dict[int, tuple[int, ...]],
) -> Exception:
    records = text.records
    index = int(uneven[0])
    cells = text.cells(index)
    line, expected = int(records.lines[index]), len(names)
    remedies = []
    bad: tuple[int, ...] = tuple(range(expected + 1, len(cells) + 1)) or tuple(
        range(len(cells) + 1, expected + 1)
    )
    firsts = repairs.get(index, ())
    if firsts:
        at = firsts[0]
        evidence = (
            f"Under {short(names[at])} it reads {quoted(cells[at])}, "
            f"under {short(names[min(at + 1, expected - 1)])} "
            f"{quoted(cells[at + 1])}, and the rest is shifted: probably "
            f"{quoted(f'{cells[at].strip()},{cells[at + 1].strip()}')} with a decimal comma."
        )
        bad = (*(cell + 1 for first in firsts for cell in (first, first + 1)), *bad)
        remedies.append(Remedy("Read decimal comma", {"data.decimal": "comma"}))
    elif len(cells) < expected:
        gone = "column" if expected - len(cells) == 1 else f"{count(expected - len(cells))} columns"
        evidence = f"The last {gone} would be empty: probably the line is cut off."
    else:
        evidence = (
            f"After {quoted(names[-1])} it goes on with {quoted(cells[expected])}: probably a separator "
            "inside a value."
        )
    if not len(even):
        counts = records.fields[uneven]
        all_lines = f"All {count(len(uneven), 'line')} of values have {counts[0]}"
        if (counts != counts[0]).any():
            evidence = "No line has as many values as the first, so probably that is no header."
        elif not cells[-1].strip():
            evidence = f"{all_lines}: each ends with a separator."
        else:
            evidence = f"{all_lines}, so probably the header lacks a name."
    others = (
        ""
        if not len(even)
        else f" The other {count(len(even), 'line')} {'is' if len(even) == 1 else 'are'} fine."
    )
    if len(uneven) > 1 and len(even):
        others = f" {count(len(uneven), 'line')} are uneven, {count(len(even))} are fine; this is the first."
    other = detect_separator(text.data, text.quotes)
    if other and SEPARATORS[other] != text.separator and not (other == "space" and text.separator == "\t"):
        remedies.append(Remedy(f"Separate at {SEPARATOR_WORDS[other]}", {"data.delimiter": other}))
    if len(even):
        label = (
            f"Load without line {line}" if len(uneven) == 1 else f"Load without {count(len(uneven), 'line')}"
        )
        remedies.append(Remedy(label, {"data.bad_lines": "skip"}))
    raw = text.data[records.starts[index] : records.ends[index]].partition(b"\n")[0]
    unquoted = split_record(raw.decode("utf-8", "replace"), text.separator, False)
    if text.quotes and b'"' in raw and len(unquoted) == expected:
        remedies.append(Remedy("Read quotation marks as text", {"data.quotes": "none"}))
    named = "header" if first else "first line"
    return refuse(
        text.file,
        f"line {line} has {count(len(cells), 'value')}, the {named} has {expected}.",
        evidence + others,
        "data.bad_lines",
        tuple(remedies),
        _excerpt(text, names, first, index, bad),
    )


def _excerpt(text: SeparatedText, names: list[str], first: int, index: int, bad: tuple[int, ...]) -> Excerpt:
    records = text.records
    shown = range(max(first, index - 2), min(len(records.fields), index + 3))
    rows = tuple((str(int(records.lines[i])), *text.cells(i)) for i in shown)
    return cut_excerpt(Excerpt(("line", *names), rows, shown.index(index), bad))
