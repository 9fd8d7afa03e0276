"""What a measure can ask of a view of Explore: the numerics bench, estimators, information."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from compute.problems import ProblemError
from lab.explore import efficiency, information, numerics
from lab.explore.efficiency import Efficiency, EfficiencyProgress, EfficiencyState
from lab.explore.information import InformationState
from lab.explore.numerics import FORMS, PRECISIONS, NumericsCell, NumericsNumber, NumericsState
from lab.explore.states import STATES, TITLES, State
from lab.lessons.seed_values import MeasureError

CHUNK = 500
"""Samples that a simulation draws at a time."""
ESTIMATORS = ("mean", "median", "huber")
SUMS = ("entropy_p", "entropy_q", "cross_entropy", "divergence", "divergence_reverse")


class SeenView:
    """A view of Explore with what has to be simulated for it, a little at each `advance`.

    Parameters
    ----------
    state
        What it shows.

    Attributes
    ----------
    simulated
        How far the simulation is; ``None`` before its first samples, and where there is none.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.simulated: EfficiencyProgress | None = None
        self._run: Iterator[EfficiencyProgress] = iter(())
        if isinstance(state, EfficiencyState):
            self._run = efficiency.run(state, CHUNK)

    @property
    def done(self) -> bool:
        """Whether everything is there."""
        if not isinstance(self.state, EfficiencyState):
            return True
        return self.simulated is not None and self.simulated.done == self.simulated.replications

    @property
    def share(self) -> float:
        """Share of the simulation that is done, 0 to 1."""
        if self.done:
            return 1.0
        return 0.0 if self.simulated is None else self.simulated.done / self.simulated.replications

    def advance(self) -> None:
        """Draw some more samples."""
        self.simulated = next(self._run, self.simulated)

    def finish(self) -> SeenView:
        """Draw all that are left; return itself."""
        while not self.done:
            self.advance()
        return self


@dataclass(frozen=True)
class ViewFunction:
    """A function of a measure's language that asks a view.

    Attributes
    ----------
    act
        Gives the number, of the view and the arguments.
    kind
        The state of the views that it is for.
    arguments
        What follows the view's name, each with the words that it may be, or ``None`` for a number.
    words
        What it is.
    """

    act: Callable[..., float]
    kind: type[State]
    arguments: tuple[tuple[str, tuple[str, ...] | None], ...]
    words: str

    @property
    def usage(self) -> str:
        """What it takes: "a view, a form, a precision"."""
        return ", ".join(("a view", *(name for name, _ in self.arguments)))

    @property
    def view_title(self) -> str:
        """What the views that it is for are called."""
        return TITLES[next(name for name, kind in STATES.items() if kind is self.kind)]


def _cell(view: SeenView, form: str, precision: str) -> NumericsCell:
    assert isinstance(view.state, NumericsState)
    cells = numerics.view(view.state).cells
    return next(cell for cell in cells if (cell.form, cell.precision) == (form, precision))


def _of_class(numbers: tuple[NumericsNumber, ...], place: float) -> float:
    if place != int(place) or not 1 <= place <= len(numbers):
        raise MeasureError(f"The classes are numbered 1 to {len(numbers)}, and {place:g} is none of them.")
    return numbers[int(place) - 1].value


def _bound(view: SeenView, precision: str, which: str) -> float:
    bounds = {bound.precision: bound for bound in numerics.thresholds()}
    return float(getattr(bounds[precision], which))  # type: ignore[index]


def _simulated(view: SeenView, estimator: str) -> Efficiency:
    view.finish()
    assert view.simulated is not None
    found = {result.estimator: result for result in view.simulated.results}
    return found[estimator]  # type: ignore[index]


def _limit(view: SeenView, estimator: str) -> float:
    state = view.state
    assert isinstance(state, EfficiencyState)
    if estimator == "median":
        return efficiency.median_limit(state.noise)
    limit = efficiency.huber_limit(state.noise, state.delta)
    if limit is None:
        raise MeasureError(
            f"There is no closed form for huber under {efficiency.SAMPLINGS[state.noise]} noise."
        )
    return limit


def _breaks_at(view: SeenView, estimator: str) -> float:
    state = view.state
    assert isinstance(state, EfficiencyState)
    try:
        found = efficiency.breakdown(state.samples, delta=state.delta, seed=state.seed)
    except ProblemError as error:
        raise MeasureError(f"{error.problem.title.rstrip('.')}.") from None
    return float(found.breaks_at[estimator])


def _information(view: SeenView, quantity: str) -> float:
    assert isinstance(view.state, InformationState)
    return float(getattr(information.view(view.state), quantity))


_FORM, _PRECISION, _CLASS = ("a form", FORMS), ("a precision", PRECISIONS), ("a class number", None)
_ESTIMATOR = ("an estimator", ESTIMATORS[1:])

OF_VIEWS: Mapping[str, ViewFunction] = {
    "numeric_loss": ViewFunction(
        lambda view, form, precision: _cell(view, form, precision).value.value,
        NumericsState, (_FORM, _PRECISION), "cross-entropy of the label in a form and a precision",
    ),
    "numeric_gradient": ViewFunction(
        lambda view, form, precision, place: _of_class(_cell(view, form, precision).gradient, place),
        NumericsState, (_FORM, _PRECISION, _CLASS), "its gradient with respect to a class's output",
    ),
    "numeric_surprise": ViewFunction(
        lambda view, form, precision, place: _of_class(_cell(view, form, precision).surprises, place),
        NumericsState, (_FORM, _PRECISION, _CLASS), "−ln p of a class: the loss if it were the label",
    ),
    "broken": ViewFunction(
        lambda view: float(sum(cell.broken for cell in numerics.view(view.state).cells)),
        NumericsState, (), "in how many of the 12 forms and precisions loss or gradient is wrong",
    ),
    "exp_overflow": ViewFunction(
        lambda view, precision: _bound(view, precision, "overflow"),
        NumericsState, (_PRECISION,), "above which exp is infinite",
    ),
    "exp_underflow": ViewFunction(
        lambda view, precision: _bound(view, precision, "underflow"),
        NumericsState, (_PRECISION,), "below which exp is exactly 0",
    ),
    "efficiency": ViewFunction(
        lambda view, estimator: _simulated(view, estimator).ratio,
        EfficiencyState, (_ESTIMATOR,), "var(mean) / var(estimator), simulated as the view says",
    ),
    "efficiency_low": ViewFunction(
        lambda view, estimator: _simulated(view, estimator).low,
        EfficiencyState, (_ESTIMATOR,), "lower end of its 95 % interval",
    ),
    "efficiency_high": ViewFunction(
        lambda view, estimator: _simulated(view, estimator).high,
        EfficiencyState, (_ESTIMATOR,), "upper end of its 95 % interval",
    ),
    "efficiency_limit": ViewFunction(
        _limit, EfficiencyState, (_ESTIMATOR,), "its limit for large samples, in closed form"
    ),
    "breaks_at": ViewFunction(
        _breaks_at, EfficiencyState, (("an estimator", ESTIMATORS),),
        "how many points at 10⁶ carry the estimator away",
    ),
    "information": ViewFunction(
        _information, InformationState, (("a quantity", SUMS),),
        "entropy, cross-entropy or divergence of the view's bars, in its unit",
    ),
}  # fmt: skip
"""Functions of (view, …); they give one number."""
