"""What is known of a stored run by name: a field of its configuration, where it stands, a metric's ends."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from lab.loss_labels import format_number
from lab.metric_catalogue import METRICS, metric_of
from lab.store.rows import RunRow, Scalar

OWN: dict[str, str] = {
    "loss": "Loss", "experiment": "Experiment", "seed": "Seed", "status": "Status", "step": "Steps",
    "seconds": "Seconds", "device": "Device", "name": "Name", "run": "Run", "tags": "Tags",
    "starred": "Starred", "role": "Part of a race",
}  # fmt: skip
"""Names of what is known of every run → their labels."""
ENDS: dict[str, str] = {"last": "last", "best": "best", "first": "first"}
"""Which value of a metric: ``last.validation_nll``."""
_LABELS = {"model.hidden": "Hidden units"}
_WORDS = {"mlp": "MLP", "l1": "L1", "l2": "L2", "sgd": "SGD"}


def value_of(row: RunRow, name: str) -> Scalar:
    """Return what a run has under a name, ``None`` where it has nothing.

    Parameters
    ----------
    row
        The run.
    name
        A key of `OWN`, ``last.``, ``best.`` or ``first.`` and a metric, or the path of a field.
    """
    if name in _READ:
        return _READ[name](row)
    end, dot, metric = name.partition(".")
    if dot and end in ENDS:
        found = {"last": row.last, "best": row.best, "first": row.first}[end].get(metric)
        return None if found is None or math.isnan(found) else found
    return row.fields.get(name)


def is_metric(name: str) -> bool:
    """Return whether a name is an end of a metric: ``last.validation_nll``."""
    return name.partition(".")[0] in ENDS


def experiment_name(row: RunRow) -> str:
    """Return an experiment's name with the end of its identity, which tells repeats apart."""
    return f"{row.experiment.name or 'Experiment'} ({row.experiment.id[-4:]})"


def run_name(row: RunRow) -> str:
    """Return how a run is called: by its own name, else by loss, rate, seed and experiment."""
    if row.name:
        return row.name
    return f"{row.loss}, rate {format_number(row.learning_rate)}, seed {row.seed}, {experiment_name(row)}"


_READ: dict[str, Callable[[RunRow], Scalar]] = {
    "loss": lambda row: row.loss,
    "experiment": experiment_name,
    "seed": lambda row: row.seed,
    "status": lambda row: row.status,
    "step": lambda row: row.step,
    "seconds": lambda row: row.seconds,
    "device": lambda row: row.experiment.device_label,
    "name": lambda row: row.name,
    "run": run_name,
    "tags": lambda row: ", ".join(row.tags) or None,
    "starred": lambda row: row.starred,
    "role": lambda row: row.experiment.role or None,
}


def label_of(name: str) -> str:
    """Return a name in words.

    Examples
    --------
    >>> label_of("optimizer.learning_rate"), label_of("data.name"), label_of("last.validation_nll")
    ('Learning rate', 'Data', 'Validation NLL, last')
    """
    if name in OWN:
        return OWN[name]
    end, dot, metric = name.partition(".")
    if dot and end in ENDS:
        try:
            return f"{metric_of(metric).label}, {ENDS[end]}"
        except KeyError:
            return f"{metric}, {ENDS[end]}"
    if name in _LABELS:
        return _LABELS[name]
    parts = name.split(".")
    last = parts[-2] if parts[-1] == "name" and len(parts) > 1 else parts[-1]
    words = [_WORDS.get(word, word) for word in last.split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def text_of(value: Scalar) -> str:
    """Return a value as people read it: "0.1", "yes", "none"."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value}"
    return format_number(value) if isinstance(value, float) else value or "none"


def varying(rows: Iterable[RunRow]) -> tuple[str, ...]:
    """Return the paths of the fields in which runs differ, but for the seed, in their usual order."""
    kinds = {id(row.fields): row.fields for row in rows}  # runs often share them
    first: dict[str, Scalar] = {}
    found: dict[str, None] = {}
    for number, fields in enumerate(kinds.values()):
        for path, value in fields.items():
            if number == 0:
                first[path] = value
            elif path not in first or first[path] != value:
                found[path] = None
        found.update(dict.fromkeys(path for path in first if path not in fields))
    return tuple(path for path in found if path != "seed")


def metrics_of(rows: Iterable[RunRow]) -> tuple[str, ...]:
    """Return the metrics that any of the runs has, in their usual order."""
    found: dict[str, None] = {}
    for row in rows:
        found.update(dict.fromkeys(row.last))
    return tuple(found)


def natural(text: str) -> tuple[tuple[int, float, str], ...]:
    """Return what to sort text by so that the numbers in it count as numbers: 2 before 10.

    Examples
    --------
    >>> sorted(["32 · 8", "8", "16"], key=natural)
    ['8', '16', '32 · 8']
    """
    parts = re.split(r"(\d+(?:\.\d+)?(?:e[+-]?\d+)?)", text)
    return tuple(
        (0, float(part), "") if index % 2 else (1, 0.0, part) for index, part in enumerate(parts) if part
    )


def ordered(values: Iterable[Scalar]) -> tuple[Scalar, ...]:
    """Return different values in order: numbers by size, then text; what is missing comes last."""
    different = list(dict.fromkeys(values))

    def place(value: Scalar) -> tuple[int, float, tuple[tuple[int, float, str], ...]]:
        if value is None:
            return 2, 0.0, ()
        if isinstance(value, str):
            return 1, 0.0, natural(value)
        return 0, float(value), ()

    return tuple(sorted(different, key=place))


def offered(rows: Sequence[RunRow], *, with_metrics: bool = True) -> tuple[tuple[str, str], ...]:
    """Return (name, words) of everything that is known of some runs, no words twice.

    What is known of every run comes first, then the fields in which they differ, then metrics, then the other
    fields.

    Parameters
    ----------
    rows
        The runs.
    with_metrics
        Whether last, best and first values of metrics are among it.
    """
    ends = [f"{end}.{metric}" for metric in metrics_of(rows) for end in ENDS] if with_metrics else []
    fields = dict.fromkeys(path for row in rows for path in row.fields)
    fields.pop("seed", None)
    words = {name: label_of(name) for name in (*OWN, *varying(rows), *ends, *fields)}
    counts = Counter(words.values())
    return tuple(
        (name, label if counts[label] == 1 or name in OWN else f"{label} ({name})")
        for name, label in words.items()
    )


class Column:
    """One quantity of many runs, as a number each: itself, or the place of its text among all.

    Parameters
    ----------
    name
        As in `value_of`.
    rows
        The runs.

    Attributes
    ----------
    values
        (n,) numbers, NaN where a run has none.
    texts
        Texts of the categories in order, by their number; empty where values are numbers.
    """

    def __init__(self, name: str, rows: Sequence[RunRow]) -> None:
        self.name = name
        self.label = label_of(name)
        found = [value_of(row, name) for row in rows]
        given = [value for value in found if value is not None]
        self.values: NDArray[np.float64]
        self.texts: tuple[str, ...] = ()
        if all(isinstance(value, int | float) and not isinstance(value, bool) for value in given):
            self.values = np.array([math.nan if value is None else float(value) for value in found])
            return
        texts = [text_of(value) for value in ordered(found) if value is not None]
        self.texts = tuple(dict.fromkeys(texts))
        places = {text: float(place) for place, text in enumerate(self.texts)}
        self.values = np.array([math.nan if value is None else places[text_of(value)] for value in found])

    @property
    def percent(self) -> bool:
        """Whether the values are shares that are shown as per cent."""
        base = self.name.partition(".")[2].partition("/")[0]
        return is_metric(self.name) and base in METRICS and METRICS[base].percent

    @property
    def log_fits(self) -> bool:
        """Whether every value has a logarithm."""
        known = self.values[np.isfinite(self.values)]
        return not self.texts and bool(len(known)) and bool((known > 0).all())

    @property
    def log_suggested(self) -> bool:
        """Whether the values are spread over more than a decade, as learning rates are."""
        known = self.values[np.isfinite(self.values)]
        return self.log_fits and float(known.max()) >= 30 * float(known.min())
