"""What a landscape card looks at: which losses and plane its choices say, and what it can choose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lab.chart import ChartChoice
from lab.instruments.frozen import Floats
from lab.instruments.looking import LookedAt, looked_at
from lab.instruments.plane_surface import PlaneSurface
from lab.instruments.planes import parameter_names
from lab.number_text import thousands
from lab.view_options import PanelSource, ViewOptions

MOST_NAMED = 64
"""Parameters up to which two of them can be chosen."""
MOST_WHOLE = 3
"""Parameters up to which the plane of two of them is what is shown first."""
EXTENTS = {"half": 0.5, "1": 1.0, "2": 2.0}
DETAILS = {"coarse": 21, "medium": 41, "fine": 81}
"""Points along an axis."""
SEEDS = ("1", "2", "3")


@dataclass(frozen=True)
class PathOnPlane:
    """A run's path seen on a plane.

    Attributes
    ----------
    steps
        (n,) ascending.
    coordinates
        (n, 2) in the plane.
    inside
        The share of its spread about the plane's origin that lies in the plane.
    """

    steps: NDArray[np.int64]
    coordinates: Floats
    inside: float


@dataclass(frozen=True)
class LandscapeAnswer:
    """A plane with the objective of each loss on it and each one's path.

    Attributes
    ----------
    labels
        What the plane's directions are.
    parameters
        P.
    surfaces, paths
        One a loss.
    samples, of_samples
        How many training samples the objective is the mean over, and how many there are.
    step
        Up to which the paths go; the plane may go through the weights at this step.
    """

    labels: tuple[str, str]
    parameters: int
    surfaces: tuple[PlaneSurface, ...]
    paths: tuple[PathOnPlane, ...]
    samples: int
    of_samples: int
    step: int


@dataclass(frozen=True)
class LandscapeView:
    """How a card looks.

    Attributes
    ----------
    looked
        One or two losses with the runs whose parameters are taken.
    plane
        "path", "random" or "parameters".
    parameters
        P.
    names
        Names of the P parameters, where two of them can be chosen.
    steady
        Whether the plane is the same whichever step is looked at.
    answered
        The choices that the numbers depend on.
    choices
        What can be chosen.
    left_out
        One sentence on a loss that has no place on the plane, or empty.
    """

    looked: tuple[LookedAt, ...]
    plane: str
    parameters: int
    names: tuple[str, ...]
    steady: bool
    answered: tuple[tuple[str, str], ...]
    choices: tuple[ChartChoice, ...]
    left_out: str = ""


def landscape_view(source: PanelSource, options: ViewOptions) -> LandscapeView | None:
    """Return how a card looks at an experiment, or ``None`` where there is nothing to look at."""
    shown = looked_at(source, options)
    if not shown:
        return None
    everyone = looked_at(source, replace(options, hidden_losses=frozenset(), solo=None))
    sizes = {info.info.index: info.info.parameters for info in source.runs}
    left, right = _pair(shown, everyone, options, sizes)
    left_out = ""
    parameters = sizes[left.run]
    if right is not None and sizes[right.run] != parameters:
        left_out = f"{right.look.short} has {thousands(sizes[right.run])} parameters: no place on this plane"
        right = None
    looked = (left,) if right is None else (left, right)
    named = 2 <= parameters <= MOST_NAMED
    names = _names(source, parameters) if named else ()
    kinds = {"path": "Plane of the path", "random": "Random plane"}
    if named:
        kinds["parameters"] = "Two parameters"
    usual = "parameters" if parameters <= MOST_WHOLE and named else "path"
    plane = options.choice("plane", usual)
    plane = plane if plane in kinds else usual
    steady = plane == "path" or (plane == "parameters" and parameters == 2)
    choices = [ChartChoice("plane", "Plane", tuple(kinds.items()), plane)]
    shows = (("contours", "Contours"), ("surface", "Surface"))
    choices.append(_choice("show", "Drawn as", shows, options, "contours"))
    asked: list[ChartChoice] = []
    if plane == "parameters":
        every = tuple((str(place), name) for place, name in enumerate(names))
        asked.append(_choice("first", "To the right", every, options, "0", head=parameters > 2))
        asked.append(_choice("second", "Upwards", every, options, "1", head=parameters > 2))
    if plane == "random":
        seeds = tuple((seed, f"Directions {seed}") for seed in SEEDS)
        asked.append(_choice("seed", "Directions", seeds, options, "1", head=False))
    if len(looked) > 1 and not steady:
        through = tuple((str(place), one.look.short) for place, one in enumerate(looked))
        asked.append(_choice("through", "Through the weights of", through, options, "0", head=False))
    extents = (("half", "× ½"), ("1", "× 1"), ("2", "× 2"))
    asked.append(_choice("extent", "Extent", extents, options, "1", head=False))
    details = tuple((name, f"{points} × {points} points") for name, points in DETAILS.items())
    usual = "fine" if named else "medium"
    asked.append(_choice("detail", "Detail", details, options, usual, head=False))
    choices += asked
    shades = (("on", "Where it curves down"), ("off", "Nothing"))
    choices.append(_choice("shade", "Hatch", shades, options, "on", head=False))
    if len(everyone) > 2:
        losses = tuple((one.look.key, one.look.short) for one in everyone)
        now = right.look.key if right is not None else "none"
        choices.append(ChartChoice("left", "Left", losses, left.look.key, False))
        choices.append(ChartChoice("right", "Right", (("none", "No second loss"), *losses), now, False))
    answered = (("plane", plane), *((choice.key, choice.current) for choice in asked))
    return LandscapeView(looked, plane, parameters, names, steady, answered, tuple(choices), left_out)


def _pair(
    shown: tuple[LookedAt, ...],
    everyone: tuple[LookedAt, ...],
    options: ViewOptions,
    sizes: dict[int, int],
) -> tuple[LookedAt, LookedAt | None]:
    """Return the losses to show: those chosen where there are more than two, else those shown.

    Of several that could be the second, the first whose runs have as many parameters (``sizes``) is taken.
    """
    if len(everyone) <= 2 or options.solo is not None:
        return shown[0], shown[1] if len(shown) > 1 else None
    by_key = {one.look.key: one for one in everyone}
    left = by_key.get(options.choice("left", ""), shown[0])
    chosen = options.choice("right", "")
    if chosen == "none" or chosen == left.look.key:
        return left, None
    others = [one for one in shown if one is not left and one.look.key != left.look.key]
    others.sort(key=lambda one: sizes[one.run] != sizes[left.run])
    return left, by_key.get(chosen, others[0] if others else None)


def _choice(
    key: str,
    label: str,
    values: tuple[tuple[str, str], ...],
    options: ViewOptions,
    usual: str,
    *,
    head: bool = True,
) -> ChartChoice:
    """Return a choice with what was chosen, where that is still among its values."""
    current = options.choice(key, usual)
    return ChartChoice(key, label, values, current if current in dict(values) else usual, head)


def _names(source: PanelSource, parameters: int) -> tuple[str, ...]:
    """Return the names of all parameters; numbers where the sizes of the layers are not known."""
    summary, model = source.summary, source.run_config.model
    if summary is not None:
        hidden = () if model.name == "linear" else model.hidden
        widths = (summary.features, *hidden)
        inner = sum((a + 1) * b for a, b in pairwise(widths))
        outputs, left = divmod(parameters - inner, widths[-1] + 1)
        if outputs > 0 and not left:
            return parameter_names((*widths, outputs), summary.feature_names, summary.target_names)
    return tuple(f"parameter {place + 1}" for place in range(parameters))
