"""The legend of a plot, which is its readout."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LegendEntry:
    """One entry of the legend, which is the readout: ``key`` identifies the loss, ``value`` is its text."""

    key: str
    name: str
    short: str
    series: int
    value: str
    visible: bool = True
