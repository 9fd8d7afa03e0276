"""What a person does to a likelihood state: parameters keep the sample, another noise may need a new one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lab.explore.likelihood import LikelihoodState, allowed, sample
from lab.explore.noise import NoiseName

LOCATED = ("gaussian", "laplace", "student_t")
EXAMPLES: dict[str, tuple[str, LikelihoodState]] = {
    "outliers": ("Three outliers at 10", LikelihoodState(outliers=(10.0, 10.0, 10.0))),
    "laplace": ("The same under Laplace noise", LikelihoodState("laplace", outliers=(10.0, 10.0, 10.0))),
    "student_t": ("Heavy tails", LikelihoodState("student_t", samples=60, degrees_of_freedom=1.5)),
    "poisson": ("Counts", LikelihoodState("poisson", samples=40, rate=4.0)),
    "classes": ("Three classes", LikelihoodState("categorical", samples=60)),
}
"""Key → (words, state)."""
LARGEST_SEED = 2**32 - 1


def with_parameters(state: LikelihoodState, **changes: Any) -> LikelihoodState:
    """Return the state with other parameters and the sample that is there."""
    return replace(state, edited=kept_sample(state), **changes)


def kept_sample(state: LikelihoodState) -> tuple[float, ...]:
    """Return the sample as numbers, which a change of parameters then leaves alone."""
    return tuple(float(value) for value in sample(state))


def with_noise(state: LikelihoodState, noise: NoiseName) -> LikelihoodState:
    """Return the state under another noise: with its data where that noise can have them, else drawn."""
    if state.noise in LOCATED and noise in LOCATED:
        return replace(state, noise=noise, edited=kept_sample(state))
    fresh = replace(state, noise=noise, edited=(), outliers=())
    return replace(fresh, outliers=tuple(value for value in state.outliers if allowed(fresh, value)))


def with_probabilities(state: LikelihoodState, probabilities: tuple[float, ...]) -> LikelihoodState:
    """Return the state with other classes; another number of them draws the sample anew."""
    if len(probabilities) == len(state.probabilities):
        return with_parameters(state, probabilities=probabilities)
    fresh = replace(state, probabilities=probabilities, edited=(), outliers=())
    return replace(fresh, outliers=tuple(value for value in state.outliers if allowed(fresh, value)))


def with_first_probability(state: LikelihoodState, first: float) -> LikelihoodState:
    """Return the state with p₁ moved; the other classes keep their shares of what it leaves."""
    first = min(max(first, 0.0), 1.0)
    rest = state.probabilities[1:]
    total = sum(rest)
    shares = [p / total if total > 0 else 1 / len(rest) for p in rest]
    return with_parameters(state, probabilities=(first, *((1 - first) * share for share in shares)))


def with_first_two(state: LikelihoodState, first: float, second: float) -> LikelihoodState:
    """Return the state of three classes with p₁ and p₂ moved, kept inside the triangle."""
    first = min(max(first, 0.0), 1.0)
    second = min(max(second, 0.0), 1.0 - first)
    return with_parameters(state, probabilities=(first, second, max(0.0, 1.0 - first - second)))


def drawn_anew(state: LikelihoodState) -> LikelihoodState:
    """Return the state with the next seed's sample; outliers stay."""
    return replace(state, seed=0 if state.seed >= LARGEST_SEED else state.seed + 1, edited=())


def fitting(state: LikelihoodState, value: float) -> float:
    """Return the value nearest to one that the noise can have."""
    if state.noise in LOCATED:
        return value
    top = {"poisson": 1e5, "bernoulli": 1.0}.get(state.noise, len(state.probabilities) - 1.0)
    return float(min(max(round(value), 0), top))


def usual_outlier(state: LikelihoodState) -> float:
    """Return where a new outlier stands: far out, behind the last one."""
    if state.noise in LOCATED:
        first = float(f"{state.location + 8 * state.scale:.3g}")
        return max((value + state.scale for value in state.outliers if value >= first), default=first)
    if state.noise == "poisson":
        return fitting(state, 3 * state.rate + 5)
    return fitting(state, 1e5)


def with_outlier(state: LikelihoodState, value: float) -> LikelihoodState:
    """Return the state with one more outlier, at a value that the noise can have."""
    return replace(state, outliers=(*state.outliers, fitting(state, value)))


def without_point(state: LikelihoodState, index: int) -> LikelihoodState:
    """Return the state without one point; the last one of the sample stays."""
    clean = kept_sample(state)
    if index >= len(clean):
        place = index - len(clean)
        return replace(state, outliers=state.outliers[:place] + state.outliers[place + 1 :])
    if len(clean) == 1:
        return state
    return replace(state, edited=clean[:index] + clean[index + 1 :])
