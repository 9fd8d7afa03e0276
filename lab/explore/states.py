"""All views of the explorer by name, and the state of each."""

from __future__ import annotations

from lab.explore.curves import CurvesState
from lab.explore.efficiency import EfficiencyState
from lab.explore.information import InformationState
from lab.explore.likelihood import LikelihoodState
from lab.explore.numerics import NumericsState
from lab.explore.simplex import SimplexState
from lab.explore.table import TableState
from lab.explore.why import WhyState

State = (
    CurvesState
    | WhyState
    | TableState
    | SimplexState
    | LikelihoodState
    | EfficiencyState
    | InformationState
    | NumericsState
)

STATES: dict[str, type[State]] = {
    "curves": CurvesState,
    "why": WhyState,
    "table": TableState,
    "simplex": SimplexState,
    "likelihood": LikelihoodState,
    "efficiency": EfficiencyState,
    "information": InformationState,
    "numerics": NumericsState,
}
"""View name, as TOML texts have it → type of its state."""

TITLES: dict[str, str] = {
    "curves": "Curves",
    "why": "Why",
    "table": "Prediction table",
    "simplex": "Simplex",
    "likelihood": "Likelihood",
    "efficiency": "Efficiency",
    "information": "Information",
    "numerics": "Numerics",
}
"""View name → its words on the screen."""


def view_name(state: State) -> str:
    """Return the name of the view that a state belongs to."""
    return next(name for name, kind in STATES.items() if type(state) is kind)
