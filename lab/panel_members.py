"""The members of plots that have many: envelopes in common columns instead of a line each."""

from __future__ import annotations

from collections.abc import Sequence

from lab.curve_samples import CurveView
from lab.panel_looks import LossLook
from lab.panels import Envelopes
from lab.view_options import PanelSource

MOST_MEMBER_LINES = 16
"""With more members than this in a plot, they are shown as envelopes where there are points enough."""


def many_members(
    source: PanelSource,
    wanted: Sequence[tuple[str, LossLook]],
    view: CurveView,
    x_limits: tuple[float, float],
) -> dict[tuple[str, str], tuple[Envelopes, ...]] | None:
    """Return the members of a plot as envelopes, or ``None`` where a line each is better.

    Parameters
    ----------
    source
        The experiment.
    wanted
        Metrics and losses; losses that are hidden or have one run have no members.
    view
        How curves are asked for.
    x_limits
        The x axis.

    Returns
    -------
    (metric, key of the loss) → a bundle for each batch that its runs were recorded in.
    """
    shown = [(metric, look) for metric, look in wanted if look.shown and len(look.runs) > 1]
    if sum(len(look.runs) for _, look in shown) <= MOST_MEMBER_LINES:
        return None
    made: dict[tuple[str, str], tuple[Envelopes, ...]] = {}
    for metric, look in shown:
        parts = source.curves.members(metric, look.runs, view, x_limits)
        if parts is None:
            return None
        made[metric, look.key] = tuple(
            Envelopes(part.x, part.low, part.high, look.series, look.name, look.key, part.origin)
            for part in parts
        )
    return made
