"""What a benchmark says: a number or ratio with its spread, beside what it should be."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Measurement:
    """One row of the table.

    Attributes
    ----------
    area
        What it is about: "training", "pool", "memory", "drawing", "response", "start", "gpu", "store".
    name
        What was measured against what: "dg, 32 runs, NumPy / PyTorch eager".
    value, low, high
        Median, and the smallest and largest of the rounds.
    unit
        "×" for a ratio (more is better unless ``at_most`` says otherwise), else "ms", "MB", "fps", …
    at_least, at_most
        What it should be; neither for a figure that is only told.
    note
        Conditions, the two absolute figures behind a ratio, or why a peer was skipped.
    failed
        Whether the measuring itself broke off; ``note`` says how.
    """

    area: str
    name: str
    value: float
    low: float
    high: float
    unit: str = "×"
    at_least: float | None = None
    at_most: float | None = None
    note: str = ""
    failed: bool = False

    @property
    def verdict(self) -> str:
        """Whether it is "met", "not met", "skipped" (no value), "failed", or "" where there is no target."""
        if self.failed:
            return "failed"
        if self.value != self.value:
            return "skipped"
        if self.at_least is None and self.at_most is None:
            return ""
        fine = (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )
        return "met" if fine else "not met"


def measured(area: str, name: str, values: Sequence[float], **more: object) -> Measurement:
    """Return the measurement of some rounds: their median, smallest and largest."""
    return Measurement(area, name, statistics.median(values), min(values), max(values), **more)  # type: ignore[arg-type]


def skipped(area: str, name: str, why: str, **more: object) -> Measurement:
    """Return a row that says why there is no number."""
    nothing = float("nan")
    return Measurement(area, name, nothing, nothing, nothing, note=why, **more)  # type: ignore[arg-type]


def failed(area: str, name: str, why: str) -> Measurement:
    """Return a row that says how the measuring broke off."""
    return replace(skipped(area, name, why), failed=True)


def ratios(peer: Sequence[float], ours: Sequence[float]) -> list[float]:
    """Return peer / ours round by round: how many times faster ours is."""
    return [theirs / mine for theirs, mine in zip(peer, ours, strict=True)]


def save(measurements: Sequence[Measurement], path: Path | str) -> None:
    """Write measurements as JSON, for the table."""
    Path(path).write_text(json.dumps([asdict(m) for m in measurements], ensure_ascii=False), encoding="utf-8")


def load(path: Path | str) -> list[Measurement]:
    """Read what `save` wrote."""
    return [Measurement(**row) for row in json.loads(Path(path).read_text(encoding="utf-8"))]


def print_rows(measurements: Sequence[Measurement]) -> None:
    """Print measurements as plain lines."""
    for m in measurements:
        target = f"≥ {m.at_least:g}" if m.at_least is not None else ""
        target += f"≤ {m.at_most:g}" if m.at_most is not None else ""
        print(
            f"{m.area:10} {m.name:58} {m.value:9.3g} {m.unit:4} [{m.low:.3g}–{m.high:.3g}] "
            f"{target:10} {m.verdict:8} {m.note}",
            flush=True,
        )
