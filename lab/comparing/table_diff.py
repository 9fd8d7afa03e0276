"""Configurations of runs side by side: what differs, then what they have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab.comparing.quantities import label_of, run_name
from lab.comparing.table_text import cell_text
from lab.store.rows import RunRow

NOT_SET = "–"
"""Stands where a run's configuration has nothing."""


@dataclass(frozen=True)
class DiffLine:
    """One field: its path, its label, and its value in each run as text."""

    path: str
    label: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether not all runs have the same value."""
        return any(value != self.values[0] for value in self.values)


@dataclass(frozen=True)
class ConfigDiff:
    """Configurations of some runs.

    Attributes
    ----------
    runs
        What each run is called.
    differing, common
        Fields in which they differ, and those in which they do not, in their usual order.
    """

    runs: tuple[str, ...]
    differing: tuple[DiffLine, ...]
    common: tuple[DiffLine, ...]


def config_diff(rows: Sequence[RunRow]) -> ConfigDiff:
    """Put the configurations of one or more runs side by side.

    Raises
    ------
    ValueError
        Without any run.
    """
    if not rows:
        raise ValueError("there is no run to compare")
    paths = dict.fromkeys(path for row in rows for path in row.fields)
    differing, common = [], []
    for path in paths:
        found = [row.fields.get(path) for row in rows]
        texts = tuple(NOT_SET if value is None else cell_text(value, "text") or "none" for value in found)
        line = DiffLine(path, label_of(path), texts)
        # values that only look alike, such as 0.1 and 0.1000001, still differ
        if any(value != found[0] for value in found):
            if not line.differs:
                line = DiffLine(path, line.label, tuple(str(value) for value in found))
            differing.append(line)
        else:
            common.append(line)
    return ConfigDiff(tuple(run_name(row) for row in rows), tuple(differing), tuple(common))


def path_title(line: DiffLine, lines: Sequence[DiffLine]) -> str:
    """Return a field's label, with the part it belongs to where another field has the same label.

    Examples
    --------
    >>> lines = [DiffLine(path, "Seed", ("1",)) for path in ("data.seed", "seed")]
    >>> [path_title(line, lines) for line in lines]
    ['Data seed', 'Seed']
    """
    twins = sum(other.label == line.label for other in lines)
    part = line.path.split(".")[-2:-1]
    if twins < 2 or not part:
        return line.label
    words = part[0].replace("_", " ")
    return f"{words[:1].upper()}{words[1:]} {line.label[:1].lower()}{line.label[1:]}"
