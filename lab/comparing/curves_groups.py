"""Runs put together by what they share: the lines of a plot, their colour, dash and coordinate system."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from lab.comparing.quantities import label_of, ordered, run_name, text_of, value_of, varying
from lab.store.rows import RunRow, Scalar

COLOURS = 8
"""Colours and dashes that a theme has; with more groups both are used again, in other pairs."""
MOST_FACETS = 16


@dataclass(frozen=True)
class Grouping:
    """By what runs are grouped: names as in `lab.comparing.quantities.value_of`, or empty.

    Runs that agree in all three are one line.
    """

    colour: str = "loss"
    dash: str = ""
    facet: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names in use."""
        return tuple(dict.fromkeys(name for name in (self.colour, self.dash, self.facet) if name))


@dataclass(frozen=True)
class RunGroup:
    """Runs that are one line.

    Attributes
    ----------
    key
        The same for the same values of what is grouped by.
    name, short
        For the legend.
    series
        Number of its colour and dash.
    facet
        Text of its coordinate system, empty where there is one.
    rows
        The runs.
    """

    key: str
    name: str
    short: str
    series: int
    facet: str
    rows: tuple[RunRow, ...]


@dataclass(frozen=True)
class Groups:
    """All lines of a plot.

    Attributes
    ----------
    groups
        In order of colour, dash and facet.
    facets
        Texts of the coordinate systems in order; one empty text where there is one.
    mixed
        Fields in which runs of one line differ, other than the seed: what the line averages over.
    reused
        Whether there are more colours wanted than there are.
    """

    groups: tuple[RunGroup, ...]
    facets: tuple[str, ...]
    mixed: tuple[str, ...]
    reused: bool


def series_number(colour: int, dash: int | None) -> int:
    """Return the series number that has a colour and a dash, both counted from 0.

    Without a dash of its own a colour has its usual one; past eight, it returns with the next.

    Examples
    --------
    >>> series_number(0, None), series_number(0, 0), series_number(2, 0), series_number(9, None)
    (1, 1, 51, 10)
    """
    if dash is None:
        return colour + 1
    colour %= COLOURS
    return (dash - colour) % COLOURS * COLOURS + colour + 1


def suggested_grouping(rows: Sequence[RunRow]) -> Grouping:
    """Return a grouping that puts no two kinds of run into one line where colour, dash and facets suffice."""
    losses = len({row.loss for row in rows})
    paths = [path for path in varying(rows) if not path.startswith("loss.") and not path.startswith("race.")]
    counts = {path: len({row.fields.get(path) for row in rows}) for path in paths}
    usable = sorted((path for path in paths if counts[path] <= COLOURS), key=lambda path: counts[path])
    if not usable and len({row.experiment.id for row in rows}) in range(2, COLOURS + 1):
        usable = ["experiment"]
    names = [*(["loss"] if losses > 1 or not usable else []), *usable, "", ""]
    return Grouping(names[0], names[1], names[2])


def group_runs(rows: Sequence[RunRow], by: Grouping) -> Groups:
    """Put runs together.

    Losses keep the colours that they have in their experiments, or that a person gave a run, where no two of
    them ask for the same; everything else is numbered in order of its values.
    """
    found: dict[tuple[Scalar, Scalar, Scalar], list[RunRow]] = {}
    for row in rows:
        values = tuple(value_of(row, name) if name else None for name in (by.colour, by.dash, by.facet))
        found.setdefault((values[0], values[1], values[2]), []).append(row)
    colours = ordered(colour for colour, _, _ in found)
    dashes = ordered(dash for _, dash, _ in found)
    facets = ordered(facet for _, _, facet in found)
    numbers = _colour_numbers(colours, rows, by.colour)
    shorts = {
        "loss": {row.loss: row.short for row in rows},
        "run": {run_name(row): row.name or f"{row.short}, seed {row.seed}" for row in rows},
    }
    groups = []
    for colour, dash, facet in sorted(
        found, key=lambda values: (colours.index(values[0]), dashes.index(values[1]), facets.index(values[2]))
    ):
        pair = ((by.colour, colour), (by.dash, dash))
        names = [_name(name, value, several=bool(by.dash)) for name, value in pair if name]
        briefs = [shorts.get(name, {}).get(str(value), text_of(value)) for name, value in pair if name]
        of_dash = None if not by.dash or by.dash == by.colour else dashes.index(dash)
        groups.append(
            RunGroup(
                key=f"{text_of(colour)}\n{text_of(dash)}",
                name=", ".join(dict.fromkeys(names)) or "All runs",
                short=", ".join(dict.fromkeys(briefs)) or "All",
                series=series_number(numbers[colour], of_dash),
                facet=f"{label_of(by.facet)} {text_of(facet)}" if by.facet else "",
                rows=tuple(found[colour, dash, facet]),
            )
        )
    titles = tuple(f"{label_of(by.facet)} {text_of(facet)}" for facet in facets) if by.facet else ("",)
    return Groups(tuple(groups), titles, _mixed(groups), max(numbers.values(), default=0) >= COLOURS)


def _name(name: str, value: Scalar, *, several: bool) -> str:
    """Return how a group is called: a loss by its name, a number with what it is the number of."""
    if isinstance(value, str) and (name in ("loss", "experiment", "run", "name") or not several):
        return value
    return f"{label_of(name).lower()} {text_of(value)}" if name != "loss" else text_of(value)


def _colour_numbers(values: Sequence[Scalar], rows: Sequence[RunRow], name: str) -> dict[Scalar, int]:
    """Return the number of each value's colour, counted from 0."""
    wanted: dict[Scalar, int] = {}
    if name in ("loss", "run"):
        for row in rows:
            asked = (row.series if row.colour is None else row.colour) - 1
            wanted.setdefault(value_of(row, name), max(asked, 0))
    numbers: dict[Scalar, int] = {}
    for value in values:
        if value in wanted and wanted[value] not in numbers.values():
            numbers[value] = wanted[value]
    free = itertools.filterfalse(set(numbers.values()).__contains__, itertools.count())
    for value in values:
        if value not in numbers:
            numbers[value] = next(free)
    return numbers


def _mixed(groups: Sequence[RunGroup]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for group in groups:
        if len(group.rows) > 1:
            found.update(dict.fromkeys(varying(group.rows)))
            if len({row.loss for row in group.rows}) > 1:
                found["loss"] = None
    return tuple(name for name in found if not name.startswith("loss.") or "loss" not in found)
