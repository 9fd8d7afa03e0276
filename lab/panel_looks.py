"""The losses of an experiment as plots show them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lab.loss_labels import loss_labels, series_numbers, short_loss_labels
from lab.view_options import PanelSource, ViewOptions


@dataclass(frozen=True)
class LossLook:
    """One loss of the experiment as plots show it, with the runs that count."""

    index: int
    key: str
    name: str
    short: str
    series: int
    runs: tuple[int, ...]
    all_runs: tuple[int, ...]
    shown: bool


def looks(source: PanelSource, options: ViewOptions) -> tuple[LossLook, ...]:
    """Return every loss of the runs shown."""
    config = source.run_config
    if options.solo is not None and options.solo >= len(config.losses):
        options = replace(options, solo=None)  # chosen in an experiment that had more losses
    names, shorts = loss_labels(config), short_loss_labels(config)
    result = []
    for index, series in enumerate(series_numbers(config)):
        own = [run for run in source.runs if run.info.loss_index == index]
        visible = tuple(run.info.index for run in own if run.visible)
        everything = tuple(run.info.index for run in own)
        shown = options.shows(index) and (bool(visible) or not own)
        result.append(
            LossLook(index, str(index), names[index], shorts[index], series, visible, everything, shown)
        )
    return tuple(result)


def look_of_one(source: PanelSource, options: ViewOptions) -> LossLook:
    """Return the loss that a picture of one loss shows: the one shown alone, or else the card's."""
    groups = looks(source, options)
    if options.solo is not None and options.solo < len(groups):
        return groups[options.solo]
    return groups[min(max(options.loss, 0), len(groups) - 1)]
