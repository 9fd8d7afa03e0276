"""The layers of an experiment's models, as plots name them."""

from __future__ import annotations

from lab.view_options import PanelSource


def layer_names(source: PanelSource) -> tuple[str, ...]:
    """Return "1", "2", … for hidden layers and "out"."""
    model = source.run_config.model
    hidden = () if model.name == "linear" else model.hidden
    return (*(str(number + 1) for number in range(len(hidden))), "out")


def layer_words(name: str) -> str:
    """Return "layer 1" or "output layer"."""
    return "output layer" if name == "out" else f"layer {name}"
