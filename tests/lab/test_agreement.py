"""Whether two recordings of one experiment agree, on curves made by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from compute.plan import RunEnd
from lab.agreement import compare_curves, compare_recordings
from lab.messages import Ended, Recorded
from lab.session import Session
from tests.lab.recorded_runs import make_chunk, scripted_session, started, tell


def curve(values: list[float], steps: list[int] | None = None, dtype: Any = np.float32) -> Any:
    return np.array(range(len(values)) if steps is None else steps), np.array(values, dtype)


def test_the_same_bits() -> None:
    part = compare_curves(curve([2, 1, math.nan]), curve([2, 1, math.nan]), 0.0, whole=True)
    assert (part.values, part.identical, part.largest, part.parts_at) == (3, True, 0.0, None)


def test_a_difference_is_a_share_of_the_curves_scale() -> None:
    part = compare_curves(curve([-4, 1, 1]), curve([-4, 1.25, 1.5]), 0.1, whole=True)
    assert (part.identical, part.largest, part.parts_at) == (False, 0.125, 2)
    assert compare_curves(curve([-4, 1, 1]), curve([-4, 1.25, 1.5]), 0.125, whole=True).parts_at is None


def test_minus_nought_has_other_bits_and_no_difference() -> None:
    part = compare_curves(curve([0.0, 1]), curve([-0.0, 1]), 0.0, whole=True)
    assert (part.identical, part.largest, part.parts_at) == (False, 0.0, None)


def test_another_precision_is_not_the_same_bits() -> None:
    part = compare_curves(curve([0.5, 1]), curve([0.5, 1], dtype=np.float64), 0.0, whole=True)
    assert (part.identical, part.largest) == (False, 0.0)


@pytest.mark.parametrize(("one", "other"), [(math.nan, 1.0), (math.inf, 1.0), (math.inf, -math.inf)])
def test_what_is_not_finite_only_once_differs_infinitely(one: float, other: float) -> None:
    for a, b in ((one, other), (other, one)):
        part = compare_curves(curve([3, a]), curve([3, b]), 100.0, whole=True)
        assert (part.largest, part.parts_at) == (math.inf, 1)


def test_infinity_agrees_with_itself() -> None:
    part = compare_curves(curve([3, math.inf, 1]), curve([3, math.inf, 1.0001]), 0.01, whole=True)
    assert part.parts_at is None


def test_any_difference_from_nothing_but_zeros() -> None:
    assert compare_curves(curve([0, 0]), curve([0, 1e-9]), 1.0, whole=True).parts_at == 1


def test_a_shorter_curve_parts_where_it_ends() -> None:
    part = compare_curves(curve([3, 2, 1]), curve([3, 2]), 0.1, whole=True)
    assert (part.values, part.largest, part.parts_at) == (2, math.inf, 2)
    part = compare_curves(curve([3, 2]), curve([3, 2, 1]), 0.1, whole=True)
    assert part.parts_at == 2
    part = compare_curves(curve([3, 2]), curve([3, 2, 1]), 0.1, whole=False)
    assert part.identical


def test_a_curve_that_is_missing() -> None:
    for whole in (True, False):
        part = compare_curves(curve([3, 2], [4, 5]), curve([]), 0.1, whole=whole)
        assert (part.identical, part.largest, part.parts_at) == (False, math.inf, 4)


# --- whole recordings -----------------------------------------------------------------------------
VALUES = np.exp(-0.1 * np.arange(20))[:, None] * (1 + np.arange(6))


def recording(
    values: np.ndarray = VALUES, ended: tuple[RunEnd, ...] = (), ending: str = "finished"
) -> Session:
    session, script = scripted_session()
    session.start()
    recorded = Recorded(tuple(range(6)), make_chunk(0, values, ended=ended))
    tell(session, script, started(script), recorded, Ended(ending, len(values), 1.0))  # type: ignore[arg-type]
    return session


def test_recordings_that_agree() -> None:
    agreement = compare_recordings(recording(), recording(), 0.0)
    assert agreement.identical
    assert agreement.within_tolerance
    assert {row.loss for row in agreement.rows} == {"CE", "MSE raw"}
    objective = next(row for row in agreement.rows if row.metric == "objective")
    assert (objective.curves, objective.values) == (3, 60)
    assert "seconds" not in {row.metric for row in agreement.rows}


def test_one_run_that_parts_is_found_in_its_loss() -> None:
    other = VALUES.copy()
    other[12:, 4] *= 1.01
    agreement = compare_recordings(recording(), recording(other), 1e-4)
    assert not agreement.within_tolerance
    for row in agreement.rows:
        if row.loss == "CE" or row.metric == "learning_rate":
            assert row.identical
        else:
            assert row.parts_at == 12
            assert row.largest == pytest.approx(0.01 * math.exp(-1.2), rel=1e-3)
    assert compare_recordings(recording(), recording(other), 0.01).within_tolerance


def test_runs_that_end_otherwise() -> None:
    ended = recording(ended=(RunEnd(2, 10, "target"),))
    agreement = compare_recordings(ended, recording(), 1.0)
    assert agreement.ends == ("CE, seed 2: target at step 10 before, finished now",)
    assert not agreement.identical
    assert not agreement.within_tolerance


def test_of_a_stopped_experiment_what_there_is_is_compared() -> None:
    stopped = recording(VALUES[:7], ending="stopped")
    agreement = compare_recordings(stopped, recording(), 0.0)
    assert agreement.identical
    assert {row.values for row in agreement.rows} == {21}
