"""How curves are looked at, as arguments of the command line, both ways."""

from __future__ import annotations

import argparse

from lab.view_options import BandKind, ViewOptions

COLUMNS = 1200
"""Width in pixels that curves are thinned for: print shows no more."""


def view_of(options: argparse.Namespace, seeds: int) -> ViewOptions:
    """Return what the arguments of ``losslab export`` say, for an experiment of so many seeds."""
    return ViewOptions(
        x_axis=options.x_axis,
        log_x=options.log_x,
        log_y=None if options.log_y is None else options.log_y == "on",
        smoothing=options.smoothing,
        band=options.band or usual_band(seeds),
        members=options.members,
        comparison=options.comparison,
        columns=COLUMNS,
        hidden_losses=frozenset(options.hide),
        metric=options.metric,
        loss=options.loss,
        at=options.at,
    )


def usual_band(seeds: int) -> BandKind:
    """Return the band that suits a number of seeds: an interval of the mean needs four."""
    return "minmax" if seeds < 4 else "ci95"


def view_words(view: ViewOptions, seeds: int) -> list[str]:
    """Return the arguments that give a view again; what is as usual is left out.

    A zoom is not said, and neither is a loss shown alone, other than by the others among the hidden ones.
    """
    plain = ViewOptions()
    words: list[str] = []
    if view.x_axis != plain.x_axis:
        words += ["--x-axis", view.x_axis]
    if view.log_x:
        words.append("--log-x")
    if view.log_y is not None:
        words += ["--log-y", "on" if view.log_y else "off"]
    if view.smoothing:
        words += ["--smoothing", f"{view.smoothing!r}"]
    if view.band != usual_band(seeds):
        words += ["--band", view.band]
    if view.members:
        words.append("--members")
    if view.comparison != plain.comparison:
        words += ["--comparison", view.comparison]
    if view.metric:
        words += ["--metric", view.metric]
    if view.loss:
        words += ["--loss", str(view.loss)]
    if view.at is not None:
        words += ["--at", str(view.at)]
    if view.hidden_losses:
        words += ["--hide", *(str(index) for index in sorted(view.hidden_losses))]
    return words
