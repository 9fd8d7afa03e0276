"""What the plot grid asks for and what it remembers, as plain data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PanelRequest:
    """One plot that can be seen and wants a panel.

    Attributes
    ----------
    card
        Number of the card, for `PlotGrid.show_panel`; never used again for another.
    kind
        Which plot.
    log_x, log_y
        What a person switched for this card; None for what suits the plot.
    loss
        Index of the loss, for plots that show one.
    columns
        Width of the plot in device pixels.
    choices
        What was chosen in the card, (key, value).
    """

    card: int
    kind: str
    log_x: bool | None
    log_y: bool | None
    loss: int
    columns: int
    choices: tuple[tuple[str, str], ...] = ()


@dataclass
class Slot:
    """What is remembered of one card."""

    kind: str
    log_x: bool | None = None
    log_y: bool | None = None
    loss: int = 0
    choices: dict[str, str] = field(default_factory=dict)


def slots_to_state(slots: Collection[Slot], full: int | None) -> dict[str, Any]:
    """Return the grid as plain JSON-able data; ``full`` is the place of the card at full size."""
    cards = [
        {"kind": s.kind, "log_x": s.log_x, "log_y": s.log_y, "loss": s.loss}
        | ({"choices": dict(s.choices)} if s.choices else {})
        for s in slots
    ]
    return {"version": 1, "cards": cards, "full": full}


def slots_from_state(state: object, kinds: Collection[str]) -> tuple[list[Slot], int | None]:
    """Read what `slots_to_state` returned, leaving out plots that are no longer known.

    Raises
    ------
    ValueError
        If it is something else.
    """
    if not isinstance(state, Mapping) or not isinstance(state.get("cards"), list):
        raise ValueError("not the state of a plot grid")  # noqa: TRY004 - bad data, not a bad call
    slots: list[Slot] = []
    place_of: dict[int, int] = {}
    for index, card in enumerate(state["cards"]):
        if not isinstance(card, Mapping) or not isinstance(card.get("kind"), str):
            raise ValueError(f"plot {index + 1} has no kind")  # noqa: TRY004
        if card["kind"] not in kinds:
            continue
        place_of[index] = len(slots)
        loss = card.get("loss", 0)
        slots.append(
            Slot(
                card["kind"], _switch(card.get("log_x")), _switch(card.get("log_y")),
                loss if isinstance(loss, int) and not isinstance(loss, bool) and loss >= 0 else 0,
                _choices(card.get("choices")),
            )
        )  # fmt: skip
    full = state.get("full")
    return slots, place_of.get(full) if isinstance(full, int) else None


def _switch(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _choices(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        return {}
    return {key: chosen for key, chosen in value.items() if isinstance(key, str) and isinstance(chosen, str)}
