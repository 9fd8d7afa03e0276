"""Which losses of the catalogue a view of the explorer can add."""

from __future__ import annotations

from collections.abc import Callable

from lab.catalogue import entries
from lab.explore.choice import LossChoice


def offered_losses(fits: Callable[[LossChoice], bool]) -> tuple[str, ...]:
    """Return the names of the catalogue's losses that fit a view."""
    return tuple(entry.name for entry in entries("losses") if fits(LossChoice(entry.name)))
