"""What the chain rule's factors mean at a point, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lab.number_text import step_text, value_text

if TYPE_CHECKING:
    from lab.explore.why import FactorPoint, WhyState


def in_words(
    state: WhyState, points: Sequence[FactorPoint], prediction: float, link_slope: float
) -> tuple[str, str]:
    """Return a headline and a sentence for the point, from its numbers alone."""
    name = "sigmoid" if state.link == "sigmoid" else "softmax"
    share = value_text(link_slope, percent=True)
    headline = f"At z = {step_text(state.point)} the {name} passes on {share} of the slope."
    if not points:
        return headline, "No loss chosen has a form under this link."
    steepest = max(points, key=lambda point: abs(point.slope_output))
    flattest = min(points, key=lambda point: abs(point.slope_output))
    words = (
        f"{steepest.short}: {value_text(steepest.slope_prediction)} × {value_text(link_slope)} "
        f"is {value_text(steepest.own_term)}."
    )
    if state.link == "softmax":
        for point in points:
            if abs(point.other_terms) > 1e-12 * max(1.0, abs(point.slope_output)):
                ratio = value_text(point.simplified_ratio)
                words = (
                    f"{point.short}: the label's own factors give {value_text(point.own_term)}; the other "
                    f"classes add {value_text(point.other_terms)}, {ratio} times as much in all."
                )
                break
    if len(points) > 1 and flattest.slope_output:
        times = abs(steepest.slope_output / flattest.slope_output)
        if times > 1.05:
            words += (
                f" The gradient of {flattest.short} is {step_text(times)} times smaller than that of "
                f"{steepest.short}."
            )
    return headline, words
