"""What a column holds: numbers, gaps, infinite values or text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.datasets.reading.table import Table

MISSING = ("", "na", "n/a", "#n/a", "nan", "-nan", "null", "?", "<na>")
"""What stands for a missing value, in lower case and without surrounding spaces."""
MISSING_AMONG_NUMBERS = ("none", "nil", "missing", "-", "--", ".")
"""What does so only where everything else is a number: "none" may well be the name of a class."""


@dataclass(frozen=True)
class Column:
    """One column, cell by cell.

    Attributes
    ----------
    name
        Its name.
    values
        (N,) float64; NaN where there is no number.
    missing
        (N,) no value.
    text
        (N,) something that is not a number.
    texts
        The cells as text, a polars Series, or ``None`` for a column of numbers.
    grouped
        Whether separators of thousands were taken out.
    source
        The column of the table that it was made from, where that has another name.
    """

    name: str
    values: NDArray[np.float64]
    missing: NDArray[np.bool_]
    text: NDArray[np.bool_]
    texts: Any = None
    grouped: bool = False
    source: str = ""

    @property
    def origin(self) -> str:
        """Name of the table's column that it comes from."""
        return self.source or self.name

    @property
    def empty(self) -> bool:
        """Whether it has no value at all."""
        return bool(self.missing.all())

    @property
    def infinite(self) -> NDArray[np.bool_]:
        """(N,) infinite values, also those too large for float64."""
        return np.isinf(self.values)

    @property
    def gaps(self) -> NDArray[np.bool_]:
        """(N,) missing or infinite."""
        return self.missing | np.isinf(self.values)


def read_column(table: Table, name: str) -> Column:
    """Read a column of a table.

    Text is taken as a number where it is written as one: with a point, or with a comma where the table has
    decimal commas; with the other sign between groups of three digits; with spaces around it.
    """
    import polars

    series = table.frame[name]
    if series.dtype != polars.String:
        values = series.to_numpy().astype(np.float64, copy=True)
        nothing = np.zeros(len(values), dtype=np.bool_)
        return Column(name, values, np.isnan(values), nothing)
    numbers = None if table.decimal_comma else series.cast(polars.Float64, strict=False)
    if numbers is not None and not numbers.null_count() and not numbers.is_nan().any():
        values = numbers.to_numpy()
        nothing = np.zeros(len(values), dtype=np.bool_)
        return Column(name, values, nothing, nothing, series)
    texts = series.fill_null("").str.strip_chars()
    lower = texts.str.to_lowercase()
    missing = lower.is_in(MISSING)
    plain = texts.str.replace("−", "-", literal=True)
    decimal, group = (",", r"\.") if table.decimal_comma else (r"\.", ",")
    groups = plain.str.contains(rf"^[-+]?[1-9]\d{{0,2}}({group}\d{{3}})+({decimal}\d*)?$")
    loose = plain.str.contains(rf"^[-+]?\d+{group}\d+$") & ~groups
    grouped = table.groups and bool(groups.any()) and not bool(loose.any())
    if grouped:
        plain = polars.select(
            polars.when(groups).then(plain.str.replace_all(group, "")).otherwise(plain)
        ).to_series()
    if table.decimal_comma:
        plain = plain.str.replace(",", ".", literal=True)
    numbers = plain.cast(polars.Float64, strict=False)
    gone = missing | numbers.is_nan().fill_null(False)
    weak = lower.is_in(MISSING_AMONG_NUMBERS)
    text = numbers.is_null() & ~gone
    if not (text & ~weak).any() and not (weak | gone).all():
        gone, text = gone | weak, text & ~weak
    values = numbers.fill_null(float("nan")).to_numpy().copy()
    values[gone.to_numpy()] = np.nan
    return Column(name, values, gone.to_numpy(), text.to_numpy(), texts, grouped)


def categories(texts: Any) -> tuple[list[str], NDArray[np.int64]]:
    """Return the different texts of a polars Series, sorted, and the place of each cell among them."""
    import polars

    values = texts.unique().sort()
    codes = texts.cast(polars.Enum(values)).to_physical()
    return values.to_list(), codes.to_numpy().astype(np.int64)
