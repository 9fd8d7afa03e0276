"""How the curves of stored runs are looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from lab.comparing.curves_groups import Grouping
from lab.comparing.curves_mean import CENTRES, SPREADS, Centre, Spread
from lab.comparing.derived import short_name
from lab.comparing.quantities import metrics_of
from lab.store.rows import RunRow

AXES: dict[str, str] = {"step": "Step", "epoch": "Epoch", "examples": "Examples seen", "seconds": "Seconds"}
"""Units of x; any other x is an expression of metrics."""
_USUAL = (
    "validation_accuracy", "validation_r2", "train_accuracy", "train_r2", "validation_nll", "train_nll",
    "objective",
)  # fmt: skip


@dataclass(frozen=True)
class CurveChoices:
    """How curves are shown.

    Attributes
    ----------
    y
        An expression as `lab.comparing.derived.read_expression` takes it, or empty for what suits the runs.
    x
        A key of `AXES`, or an expression: then a line is a path through both, step by step.
    grouping
        What makes a line, or ``None`` for what suits the runs.
    centre, spread
        Of the runs of a line.
    members
        Draw every run, too.
    smooth, smoothing
        Whether to smooth, and the weight of the past a step.
    relative
        Divide every run by its first value.
    log_x, log_y
        Logarithmic axes; ``log_y`` ``None`` for what suits the metric.
    hidden, solo
        Keys of lines that are not drawn; the one that is drawn alone.
    """

    y: str = ""
    x: str = "step"
    grouping: Grouping | None = None
    centre: Centre = "mean"
    spread: Spread = "ci95"
    members: bool = False
    smooth: bool = False
    smoothing: float = 0.9
    relative: bool = False
    log_x: bool = False
    log_y: bool | None = None
    hidden: frozenset[str] = frozenset()
    solo: str | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.smoothing < 1:
            raise ValueError(f"smoothing must be at least 0 and below 1, not {self.smoothing!r}")

    def shows(self, key: str) -> bool:
        """Whether a line is drawn."""
        return key == self.solo if self.solo is not None else key not in self.hidden

    def toggled(self, key: str) -> CurveChoices:
        """Return these choices with one line hidden or shown again; leaves solo."""
        return replace(self, hidden=self.hidden ^ {key}, solo=None)

    def soloed(self, key: str) -> CurveChoices:
        """Return these choices with one line alone, or all again when it was alone already."""
        return replace(self, solo=None if self.solo == key else key)

    def saved(self) -> dict[str, Any]:
        """Return the choices as plain values, without what is hidden for the moment."""
        values = asdict(self)
        values.pop("hidden")
        values.pop("solo")
        return values

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> CurveChoices:
        """Read saved choices; what does not fit keeps its default."""
        plain = cls()
        kept: dict[str, Any] = {}
        for name in ("members", "smooth", "relative", "log_x"):
            if isinstance(stored.get(name), bool):
                kept[name] = stored[name]
        if isinstance(stored.get("log_y"), bool):
            kept["log_y"] = stored["log_y"]
        for name, known in (("x", None), ("y", None), ("centre", CENTRES), ("spread", SPREADS)):
            text = stored.get(name)
            if isinstance(text, str) and (known is None or text in known):
                kept[name] = text
        weight, by = stored.get("smoothing"), stored.get("grouping")
        if isinstance(weight, int | float) and not isinstance(weight, bool) and 0 <= weight < 1:
            kept["smoothing"] = float(weight)
        if isinstance(by, Mapping) and all(
            isinstance(by.get(key), str) for key in ("colour", "dash", "facet")
        ):
            kept["grouping"] = Grouping(by["colour"], by["dash"], by["facet"])
        return replace(plain, **kept)


def usual_metric(rows: Sequence[RunRow]) -> str:
    """Return the key of the metric by which these runs are usually compared."""
    there = metrics_of(rows)
    everywhere = [metric for metric in _USUAL if rows and all(metric in row.last for row in rows)]
    somewhere = [metric for metric in _USUAL if metric in there]
    return next(iter((*everywhere, *somewhere, *there)), "objective")


def usual_expression(rows: Sequence[RunRow]) -> str:
    """Return the usual metric by its short name."""
    return short_name(usual_metric(rows))
