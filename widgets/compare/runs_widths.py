"""How wide the columns of the run browser are, where nobody made them wider."""

from __future__ import annotations

from lab.comparing.table_columns import TableColumn

_WIDTHS = {
    "starred": 32, "loss": 176, "name": 140, "experiment": 150, "status": 168, "tags": 120, "note": 180,
    "seed": 62, "step": 76, "seconds": 84, "created": 104, "reached": 84, "device": 130, "colour": 74,
}  # fmt: skip
_OTHER = 88
_SPREAD = 128
"""Of a mean with its deviation."""
_CHEVRON = 76
"""Added for the chevron and the number of runs of a group."""
_PADDING = 22
_WIDEST_TITLE = 220


def natural_width(column: TableColumn, title: int, *, grouped: bool, first: bool) -> int:
    """Return the width of a column in pixels.

    Parameters
    ----------
    column
        Which.
    title
        Width of its title as text.
    grouped, first
        Whether runs are grouped, and whether it is the first column, which names the group.
    """
    if column.key == "starred" and not first:
        return _WIDTHS["starred"]
    width = _WIDTHS.get(column.key, _OTHER)
    if grouped and column.family not in ("run", "setting"):
        width = max(width, _SPREAD)
    if grouped and first:
        width += _CHEVRON
    return max(width, min(title + _PADDING, _WIDEST_TITLE) if title else 0)
