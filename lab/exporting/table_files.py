"""Write tables: CSV and Parquet for programs, LaTeX and Markdown for readers."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lab.exporting.table_text import latex_table, markdown_table
from lab.exporting.tables import Number, Table
from lab.whole_files import whole_file

if TYPE_CHECKING:
    import polars

TABLE_FORMATS: dict[str, str] = {"csv": ".csv", "parquet": ".parquet", "latex": ".tex", "markdown": ".md"}
"""Kinds of table and how their files' names end."""


def table_bytes(table: Table, kind: str, *, mark_best: bool = False) -> bytes:
    """Return a table as the content of a file.

    Parameters
    ----------
    table
        The table.
    kind
        A key of `TABLE_FORMATS`.
    mark_best
        Mark what is best; CSV and Parquet hold numbers only and cannot.

    Raises
    ------
    ValueError
        For another kind.
    """
    if kind == "latex":
        return latex_table(table, mark_best=mark_best).encode()
    if kind == "markdown":
        return markdown_table(table, mark_best=mark_best).encode()
    if kind == "csv":
        return table_frame(table).write_csv().encode()
    if kind == "parquet":
        buffer = io.BytesIO()
        table_frame(table).write_parquet(buffer)
        return buffer.getvalue()
    raise ValueError(f"kind must be one of {', '.join(TABLE_FORMATS)}, not {kind!r}")


def write_table(
    table: Table, path: Path | str, kind: str, *, mark_best: bool = False, overwrite: bool = False
) -> None:
    """Write a table; parameters as `table_bytes`.

    Raises
    ------
    ProblemError
        Where it exists already and may not be replaced, or cannot be written.
    """
    content = table_bytes(table, kind, mark_best=mark_best)
    with whole_file(Path(path), overwrite=overwrite) as file:
        file.write(content)


def table_frame(table: Table) -> polars.DataFrame:
    """Return a table for programs: numbers in full, deviations in a column of their own.

    Infinity stands for what never happened, an empty cell for what was not measured.
    """
    import polars as pl

    columns: dict[str, polars.Series] = {}
    for place, column in enumerate(table.columns):
        cells = [row[place] for row in table.rows]
        numbers = [cell for cell in cells if isinstance(cell, Number)]
        if not numbers:
            whole = any(isinstance(cell, int) for cell in cells)
            columns[column.title] = pl.Series(cells, dtype=pl.Int64 if whole else pl.String)
            continue
        values = [cell.value if isinstance(cell, Number) else cell for cell in cells]
        columns[column.title] = _floats(values)
        if not all(math.isnan(number.deviation) for number in numbers):
            deviations = [cell.deviation if isinstance(cell, Number) else None for cell in cells]
            columns[f"{column.title} deviation"] = _floats(deviations)
    return pl.DataFrame(columns)


def _floats(values: Sequence[str | int | float | None]) -> polars.Series:
    import polars as pl

    return pl.Series(values, dtype=pl.Float64).fill_nan(None)
