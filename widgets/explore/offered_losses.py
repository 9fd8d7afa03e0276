"""Which losses of the catalogue a view of the explorer can add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from lab.catalogue import entries
from lab.explore.choice import LossChoice


@dataclass(frozen=True)
class Offered:
    """Losses as the popover lists them: (name, label, help), and the formula of each."""

    losses: tuple[tuple[str, str, str], ...] = ()
    formulas: dict[str, str] = field(default_factory=dict)


def offered_losses(fits: Callable[[LossChoice], bool]) -> Offered:
    """Return the catalogue's losses that fit a view."""
    found = [entry for entry in entries("losses") if fits(LossChoice(entry.name))]
    return Offered(
        tuple((entry.name, entry.label, entry.help) for entry in found),
        {entry.name: entry.formula for entry in found},
    )
