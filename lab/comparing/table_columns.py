"""The columns of the run browser: what is known of every run, fields of its configuration, its metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from lab.comparing.quantities import label_of
from lab.metric_catalogue import metric_of

Family = Literal["run", "setting", "last", "best", "first"]
Kind = Literal["text", "number", "typed", "truth", "moment", "duration", "percent", "count"]
"""How values are written; ``"typed"`` is a number as short as it was typed, not as it was measured."""

FAMILIES: Mapping[Family, str] = MappingProxyType(
    {
        "run": "Run",
        "setting": "Configuration",
        "last": "Last value",
        "best": "Best value",
        "first": "First value",
    }
)
"""Families of columns in their order → what a chooser calls them."""

ENDS: tuple[Family, ...] = ("last", "best", "first")
"""Families of columns that are values of a metric."""


@dataclass(frozen=True)
class TableColumn:
    """One column.

    Attributes
    ----------
    key
        Name by which filters, sorting and settings know it: ``"loss"``, ``"optimizer.learning_rate"``,
        ``"last.validation_accuracy"``.
    title
        What stands above it.
    family
        What it belongs to.
    kind
        How its values are written; of a setting, known once its values are.
    """

    key: str
    title: str
    family: Family
    kind: Kind = "text"

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers, to be aligned at the right."""
        return self.kind in ("number", "typed", "percent", "count", "duration")


OWN: Mapping[str, TableColumn] = MappingProxyType(
    {
        column.key: column
        for column in (
            TableColumn("starred", "Starred", "run", "truth"),
            TableColumn("loss", "Loss", "run"),
            TableColumn("name", "Name", "run"),
            TableColumn("experiment", "Experiment", "run"),
            TableColumn("seed", "Seed", "run", "count"),
            TableColumn("status", "Status", "run"),
            TableColumn("reached", "Reached", "run", "truth"),
            TableColumn("step", "Steps", "run", "count"),
            TableColumn("seconds", "Time", "run", "duration"),
            TableColumn("created", "Started", "run", "moment"),
            TableColumn("tags", "Tags", "run"),
            TableColumn("note", "Note", "run"),
            TableColumn("colour", "Colour", "run", "count"),
            TableColumn("device", "Device", "run"),
            TableColumn("kind", "Kind", "run"),
            TableColumn("group", "Sweep or race", "run"),
            TableColumn("role", "Role", "run"),
        )
    }
)
"""Columns that every run has."""

_LEADING = ("validation_accuracy", "validation_r2", "validation_nll", "validation_mse", "loss")
"""Metrics that are shown without being asked for; the first two that there are."""
MOST_SETTINGS = 4
"""Settings that are shown without being asked for."""


def column_of(key: str) -> TableColumn:
    """Return the column of a key; an unknown key is taken for a field of the configuration.

    Examples
    --------
    >>> column_of("last.validation_accuracy").title, column_of("data.name").title, column_of("loss").title
    ('Val. accuracy', 'Data', 'Loss')
    >>> column_of("best.validation_accuracy").title
    'Val. accuracy, best'
    """
    if key in OWN:
        return OWN[key]
    end, _, name = key.partition(".")
    for family in ENDS:
        if end == family and name:
            return _metric_column(key, family, name)
    return TableColumn(key, label_of(key), "setting")


def _metric_column(key: str, family: Family, name: str) -> TableColumn:
    try:
        metric = metric_of(name)
    except (KeyError, ValueError):  # of another version of the program
        return TableColumn(key, name if family == "last" else f"{name}, {family}", family, "number")
    short = metric.label if metric.short == OWN["loss"].title else metric.short
    title = short if family == "last" else f"{short}, {family}"
    return TableColumn(key, title, family, "percent" if metric.percent else "number")


def automatic_columns(
    differing: Iterable[str], metrics: Iterable[str], *, experiments: int, targets: bool = False
) -> tuple[str, ...]:
    """Return the columns that suit some runs, those of settings that differ before the rest.

    Parameters
    ----------
    differing
        Fields of the configuration in which they differ.
    metrics
        Metrics that any of them has.
    experiments
        How many experiments they are of.
    targets
        Whether it is to be told how many reached their target; of a single run its status tells it.
    """
    known = set(metrics)
    leading = [name for name in _LEADING if name in known][:2]
    # a loss's label already says by which parameters it differs within its experiment
    settings = [path for path in differing if not path.startswith("loss.")]
    settings += [path for path in differing if path.startswith("loss.") and path != "loss.name"]
    return (
        "starred", "loss", *settings[:MOST_SETTINGS], "seed",
        *(f"last.{name}" for name in leading), *(f"best.{name}" for name in leading[:1]),
        "status", *(["reached"] if targets else []), *(["experiment"] if experiments > 1 else []),
        "created", "tags", "note",
    )  # fmt: skip
