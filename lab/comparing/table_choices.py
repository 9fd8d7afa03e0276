"""What a person chose to see of the stored runs: columns, order, filter, groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Statistic = Literal["mean", "median"]


@dataclass(frozen=True)
class TableChoices:
    """What a person chose to see.

    Attributes
    ----------
    columns
        Keys of the columns from left to right, or ``None`` for those that suit the runs shown.
    widths
        Key of a column → its width in pixels, where it was changed.
    sort
        Column and whether its largest value comes first; the first one decides most.
    filter
        Words or an expression.
    group_by
        Columns whose equal values make a group.
    statistic
        What stands in a group's row.
    """

    columns: tuple[str, ...] | None = None
    widths: Mapping[str, int] = field(default_factory=dict)
    sort: tuple[tuple[str, bool], ...] = ()
    filter: str = ""
    group_by: tuple[str, ...] = ()
    statistic: Statistic = "mean"

    def saved(self) -> dict[str, Any]:
        """Return the choices as JSON-able data."""
        return {
            "columns": None if self.columns is None else list(self.columns),
            "widths": dict(self.widths),
            "sort": [list(part) for part in self.sort],
            "filter": self.filter,
            "group_by": list(self.group_by),
            "statistic": self.statistic,
        }

    def sorted_by(self, key: str, *, adding: bool, largest_first: bool) -> TableChoices:
        """Return these choices after a press on a column's title.

        The first press sorts, the second sorts the other way, the third no more.

        Parameters
        ----------
        key
            The column.
        adding
            Whether the columns that are sorted by already stay so.
        largest_first
            What the first press does.
        """
        now = dict(self.sort).get(key)
        wanted = {None: largest_first, largest_first: not largest_first}.get(now)
        part = () if wanted is None else ((key, wanted),)
        if not adding:
            return replace(self, sort=part)
        if now is None:
            return replace(self, sort=(*self.sort, *part))
        kept = [part if other == key else ((other, way),) for other, way in self.sort]
        return replace(self, sort=tuple(each for piece in kept for each in piece))

    def with_columns(self, keys: Sequence[str], shown: Sequence[str]) -> TableChoices:
        """Return these choices with columns in another order.

        Parameters
        ----------
        keys
            Columns from left to right, those of groups too.
        shown
            Columns as they stood before; one that stands there only because it is grouped by stays so.
        """
        chosen = shown if self.columns is None else self.columns
        return replace(self, columns=tuple(key for key in keys if key in chosen or key not in self.group_by))

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> TableChoices:
        """Read choices back; what does not fit is left out."""
        columns, widths = stored.get("columns"), stored.get("widths")
        sort, text = stored.get("sort"), stored.get("filter")
        return cls(
            _texts(columns) or None if isinstance(columns, list) else None,
            {
                key: width
                for key, width in (widths if isinstance(widths, dict) else {}).items()
                if isinstance(key, str) and type(width) is int and 0 < width < 4000
            },
            tuple(
                (part[0], part[1])
                for part in (sort if isinstance(sort, list) else ())
                if isinstance(part, list) and [type(item) for item in part] == [str, bool]
            ),
            text if isinstance(text, str) else "",
            _texts(stored.get("group_by")),
            "median" if stored.get("statistic") == "median" else "mean",
        )


def _texts(stored: object) -> tuple[str, ...]:
    found = stored if isinstance(stored, list) else ()
    return tuple(dict.fromkeys(item for item in found if isinstance(item, str)))
