"""Where runs stand between two updates, so that they can go on by another plan, cut into other tiles."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.datasets.prepared import PreparedData
from compute.losses.base import Loss
from compute.plan import Plan


@dataclass(frozen=True)
class Standing:
    """All that R runs carry over to another plan, on the host.

    Attributes
    ----------
    steps, evaluated
        (R,) updates done; the step of the last evaluation, −1 before the first.
    going
        (R,) whether a run has not ended.
    parameters
        (R, P) current, or frozen where a run has ended.
    previous
        (R, P) those before the last update, or ``None`` before the first.
    state
        The optimiser's arrays (R, P); what ended runs have there means nothing.
    first_objective
        (R,) objective that divergence is measured by, NaN where it is not known yet.
    renewed
        (R,) whether it is still to be taken from the next step: the larger of that and the one before.
    history
        (H, R, L) gradient norms of the last steps.
    confusion
        (R, K, K) last counts, or ``None``.
    best, waited
        (R,) what the plateau rule compares with and has counted, or ``None`` without a rule.
    """

    steps: NDArray[np.int64]
    evaluated: NDArray[np.int64]
    going: NDArray[np.bool_]
    parameters: NDArray[Any]
    previous: NDArray[Any] | None
    state: tuple[NDArray[Any], ...]
    first_objective: NDArray[np.float64]
    renewed: NDArray[np.bool_]
    history: NDArray[np.float64]
    confusion: NDArray[np.int64] | None
    best: NDArray[np.float64] | None
    waited: NDArray[np.int64] | None

    def part(self, runs: NDArray[np.intp]) -> Standing:
        """Return how some of these runs stand."""
        return Standing(
            **{
                field.name: _picked(getattr(self, field.name), runs, axis=1 if field.name == "history" else 0)
                for field in dataclasses.fields(self)
            }
        )

    @property
    def step(self) -> int:
        """Updates done; once all have ended, those of the run that lasted longest."""
        return int((self.steps[self.going] if self.going.any() else self.steps).max())

    @property
    def last_evaluation(self) -> int:
        """Step of the last evaluation of those that are going; of any once all have ended."""
        return int((self.evaluated[self.going] if self.going.any() else self.evaluated).max())


def _picked(values: Any, runs: NDArray[np.intp], axis: int) -> Any:
    if isinstance(values, tuple):
        return tuple(_picked(array, runs, axis) for array in values)
    return None if values is None else np.take(values, runs, axis=axis)


def joined(parts: Sequence[Standing], runs: Sequence[NDArray[np.intp]]) -> Standing:
    """Put how tiles stand together.

    Parameters
    ----------
    parts
        One a tile.
    runs
        The runs of each, along R of the whole.
    """
    count = sum(len(some) for some in runs)

    def whole(arrays: Sequence[Any], empty: Any = 0) -> NDArray[Any]:
        given = next(array for array in arrays if array is not None)
        result = np.full((count, *given.shape[1:]), empty, dtype=given.dtype)
        for some, array in zip(runs, arrays, strict=True):
            if array is not None:
                result[some] = array
        return result

    def optional(name: str) -> NDArray[Any] | None:
        arrays = [getattr(part, name) for part in parts]
        return None if all(array is None for array in arrays) else whole(arrays)

    longest = max(len(part.history) for part in parts)
    history = np.full((longest, count, parts[0].history.shape[2]), np.nan)
    for some, part in zip(runs, parts, strict=True):
        if len(part.history):
            history[-len(part.history) :, some] = part.history
    return Standing(
        steps=whole([part.steps for part in parts]),
        evaluated=whole([part.evaluated for part in parts]),
        going=whole([part.going for part in parts]),
        parameters=whole([part.parameters for part in parts]),
        previous=optional("previous"),
        state=tuple(whole(arrays) for arrays in zip(*(part.state for part in parts), strict=True)),
        first_objective=whole([part.first_objective for part in parts]),
        renewed=whole([part.renewed for part in parts]),
        history=history,
        confusion=optional("confusion"),
        best=optional("best"),
        waited=optional("waited"),
    )


def carried_over(standing: Standing, old: Plan, new: Plan) -> tuple[Standing, Plan]:
    """Return what of a plan's runs holds in another plan.

    Parameters
    ----------
    standing
        How they stand.
    old, new
        The plans; see `compute.plan_check.check_change`.

    Returns
    -------
    standing
        Without the optimiser's state where it is another optimiser, and without what was compared with data
        or an objective that is no more. The first objective is that of the next step where loss, scale or
        penalty have changed, and the larger of both where only the data have: a batch may miss the point
        that was moved.
    plan
        The new one, which counts the optimiser's updates from where its state began.
    """
    same = type(old.optimizer) is type(new.optimizer)
    plan = replace(new, optimizer_began=old.optimizer_began if same else standing.step)
    state = standing.state if same else ()
    other_objective = objectives_differ(old, new)
    other_data = not same_data(old.data, new.data) or not np.array_equal(old.variants, new.variants)
    changed = np.full_like(other_objective, other_data) | other_objective
    best, waited = standing.best, standing.waited
    if old.plateau != new.plateau:
        best = waited = None
    elif best is not None and waited is not None:
        best, waited = np.where(changed, np.inf, best), np.where(changed, 0, waited)
    first = np.where(other_objective, np.nan, standing.first_objective)
    moved = replace(
        standing,
        state=state,
        first_objective=first,
        renewed=standing.renewed | changed,
        best=best,
        waited=waited,
    )
    return moved, plan


def objectives_differ(old: Plan, new: Plan) -> NDArray[np.bool_]:
    """Return (R,) for which runs loss, scale or penalty differ."""
    count = len(old.initial)
    if (old.l1, old.l2) != (new.l1, new.l2):
        return np.ones(count, dtype=np.bool_)
    differs = np.zeros(count, dtype=np.bool_)
    places = [_group_of(plan, count) for plan in (old, new)]
    for before, after in {*zip(*places, strict=True)}:
        was, now = old.groups[before], new.groups[after]
        if was.scale != now.scale or was.runs != now.runs or not _same_loss(was.loss, now.loss):
            differs |= (np.array(places[0]) == before) & (np.array(places[1]) == after)
    return differs


def _group_of(plan: Plan, count: int) -> list[int]:
    return [place for place, group in enumerate(plan.groups) for _ in range(count)[group.runs]]


def _same_loss(one: Loss, other: Loss) -> bool:
    """Whether two losses are the same with the same hyper-parameters, which may be columns."""
    return type(one) is type(other) and all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name))
        for field in dataclasses.fields(one)
    )


def same_data(one: PreparedData, other: PreparedData) -> bool:
    """Whether two sets of data have the same samples in the same parts."""
    if one is other:
        return True
    return all(
        np.array_equal(getattr(getattr(one, part), name), getattr(getattr(other, part), name))
        for part in ("train", "validation", "test")
        for name in ("inputs", "targets")
    )
