"""CSV and its relatives: separator, header and line lengths checked, then parsed by polars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.datasets.reading.encoding import to_utf8
from compute.datasets.reading.ragged import even_lines
from compute.datasets.reading.structure import (
    SEPARATOR_WORDS,
    SEPARATORS,
    SeparatedText,
    blank_preamble,
    detect_separator,
    find_records,
    is_number,
    split_record,
    squeeze_spaces,
)
from compute.datasets.reading.table import Table, distinct_names
from compute.datasets.reading.wording import count, quoted, refuse, short
from compute.problems import Remedy


def read_delimited(file: str, data: bytes, options: Mapping[str, Any]) -> Table:
    """Read separated text.

    Parameters
    ----------
    file
        Name for messages.
    data
        The file's bytes, not empty.
    options
        ``encoding``, ``delimiter``, ``quotes``, ``header``, ``decimal``, ``bad_lines`` as declared for files.

    Returns
    -------
    Table
        All columns String.

    Raises
    ------
    ProblemError
        Not text, no lines of values, one column, uneven lines, quotation marks that do not match.
    """
    data, note = to_utf8(file, data, options["encoding"])
    notes = [note] if note else []
    if b"\r" in data and b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    if not data.strip():
        raise refuse(file, "it has no values.", "All its lines are empty.")
    data, preamble = blank_preamble(data)
    if preamble:
        notes.append(f"{count(preamble, 'line')} before the header skipped")
    if not data.strip():
        raise refuse(file, "it has no values.", "It holds comments only.")
    text = _separate(file, data, options, notes)
    records = text.records
    if records.open_quote and text.quotes:
        raise refuse(
            file,
            f"line {records.open_quote} opens a quotation mark that is never closed.",
            "Everything after it would be one value. It is probably a plain quotation mark inside text.",
            "data.quotes",
            (Remedy("Read quotation marks as text", {"data.quotes": "none"}),),
        )
    first = text.cells(0)
    header = options["header"] == "yes" or (
        options["header"] == "auto" and any(cell.strip() and not is_number(cell) for cell in first)
    )
    names = [short(cell, 120) for cell in first] if header else [f"x{i + 1}" for i in range(len(first))]
    if not header and options["header"] == "auto":
        notes.append(f"the first line holds numbers, so the columns were named x1 to x{len(first)}")
    if len(records.fields) == int(header):
        raise refuse(
            file,
            "it has a header and no lines of values.",
            f"It names {count(len(names), 'column')}, and nothing follows.",
        )
    if len(names) < 2:
        raise _one_column(text, names)
    names, renamed = distinct_names(names)
    if records.blank > preamble:
        notes.append(f"{count(records.blank - preamble, 'empty line')} skipped")
    rows, replaced, said = even_lines(text, names, int(header), options)
    frame = _parse(text, names, rows, replaced)
    decimal_comma, said_decimal = _decimal(frame, options["decimal"], text.separator)
    return Table(
        file,
        frame,
        records.lines[rows],
        decimal_comma,
        not (decimal_comma and text.separator == ","),
        (*notes, *renamed, *said, *said_decimal),
    )


def _separate(file: str, data: bytes, options: Mapping[str, Any], notes: list[str]) -> SeparatedText:
    quotes = options["quotes"] == "double"
    name = options["delimiter"]
    if name == "auto":
        name = detect_separator(data, quotes) or "comma"
        if name != "comma":
            notes.append(f"values are separated by {SEPARATOR_WORDS[name]}")
    separator = SEPARATORS[name]
    if name == "space":
        data, separator = squeeze_spaces(data), "\t"
    return SeparatedText(file, data, separator, quotes, find_records(data, separator, quotes))


def _one_column(text: SeparatedText, names: list[str]) -> Exception:
    other = detect_separator(text.data, text.quotes)
    if other and (SEPARATORS[other] != text.separator):
        found = len(
            split_record(
                text.data[: text.records.ends[0]].decode("utf-8", "replace"), SEPARATORS[other], text.quotes
            )
        )
        return refuse(
            text.file,
            "the separator finds one column.",
            f"The first line reads {quoted(text.separator.join(text.cells(0)), 48)}: probably {found} values "
            f"separated by {SEPARATOR_WORDS[other]}.",
            "data.delimiter",
            (Remedy(f"Separate at {SEPARATOR_WORDS[other]}", {"data.delimiter": other}),),
        )
    return refuse(
        text.file,
        "it has one column.",
        f"Its only column is {quoted(names[0])}. A column of inputs and one of targets are needed, separated "
        "by commas, semicolons, tabs, bars or spaces.",
        "data.delimiter",
    )


def _parse(
    text: SeparatedText, names: list[str], rows: NDArray[np.intp], replaced: dict[int, list[str]]
) -> Any:
    """Parse the chosen records with polars; ``replaced`` gives the values of repaired ones."""
    import polars

    records = text.records
    pieces: list[bytes] = []
    first = 0
    # Neighbouring records are copied as one piece; a piece ends where a record is left out or replaced.
    breaks = np.flatnonzero((np.diff(rows) != 1) | ~records.adjoining[rows[1:]]) + 1
    repaired = np.searchsorted(rows, sorted(replaced))
    for stop in sorted({*breaks.tolist(), *repaired.tolist(), *(repaired + 1).tolist(), len(rows)} - {0}):
        if int(rows[first]) in replaced:
            cells = (cell.replace('"', '""') for cell in replaced[int(rows[first])])
            mark = '"' if text.quotes else ""
            pieces.append(text.separator.join(f"{mark}{cell}{mark}" for cell in cells).encode())
        else:
            pieces.append(text.data[records.starts[rows[first]] : records.ends[rows[stop - 1]]])
        first = stop
    try:
        frame = polars.read_csv(
            b"\n".join(pieces) + b"\n",
            has_header=False,
            schema=dict.fromkeys(names, polars.String),
            separator=text.separator,
            quote_char='"' if text.quotes else None,
            null_values=None,
        )
    except (polars.exceptions.PolarsError, polars.exceptions.PanicException) as error:
        raise _quote_trouble(text, str(error)) from None
    if frame.height != len(rows):
        frame = frame.filter(~polars.all_horizontal(polars.all().is_null()))
    if frame.height != len(rows):
        raise _quote_trouble(text, f"{frame.height} lines were found where {len(rows)} were expected")
    return frame


def _quote_trouble(text: SeparatedText, reason: str) -> Exception:
    remedies = (Remedy("Read quotation marks as text", {"data.quotes": "none"}),)
    return refuse(
        text.file,
        "its values could not be told apart.",
        f"Probably a quotation mark stands inside a value. The reader says: {short(reason, 160)}.",
        "data.quotes",
        remedies if text.quotes and b'"' in text.data else (),
    )


def _decimal(frame: Any, configured: str, separator: str) -> tuple[bool, tuple[str, ...]]:
    """Return whether a comma stands before decimals, and a note where that was found out."""
    if configured != "auto":
        return configured == "comma", ()
    head = frame.head(2000)
    plain = thousands = points = 0
    for column in head.columns:
        cells = head[column].str.strip_chars()
        commas = cells.filter(cells.str.contains(r"^[-+−]?\d+,\d+$"))
        grouped = int(commas.str.contains(r"^[-+−]?[1-9]\d{0,2},\d{3}$").sum())
        thousands += grouped
        plain += len(commas) - grouped
        plain += int(cells.str.contains(r"^[-+−]?\d{1,3}(\.\d{3})+,\d+$").sum() or 0)
        points += int(cells.str.contains(r"^[-+−]?\d{1,3}(,\d{3})*\.\d+$").sum() or 0)
    if plain or (thousands and separator != "," and not points):
        return True, ("a comma is read as the decimal sign",)
    return False, ()
