"""Envelopes of many members: every extreme kept, the same whether made at once or as rows arrive."""

from __future__ import annotations

import numpy as np
import pytest

from compute.plan import RunEnd
from lab.curves import Curves, CurveView
from lab.member_envelopes import LEAST_ROWS
from lab.panels import Envelopes
from tests.lab.recorded_runs import infos, make_chunk

RUNS = tuple(range(20))
WHOLE = (0.0, 100_000.0)
VIEW = CurveView(columns=480)


def values_of(steps: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.5, 1.5, size=(steps, len(RUNS))).astype(np.float32)


def recorded(values: np.ndarray, piece: int = 5000, ended: tuple[RunEnd, ...] = ()) -> Curves:
    curves = Curves(infos(1, len(RUNS)), 10)
    for first in range(0, len(values), piece):
        last = first + piece >= len(values)
        curves.append(RUNS, make_chunk(first, values[first : first + piece], ended=ended if last else ()))
    return curves


@pytest.mark.parametrize("steps", [500, 70_000])
@pytest.mark.parametrize("transform", ["raw", "relative", "complement"])
def test_columns_hold_the_extremes_of_every_run(steps: int, transform: str) -> None:
    values = values_of(steps)
    values[steps // 3, 7] = 100
    curves = recorded(values)
    view = CurveView(columns=480, transform=transform)  # type: ignore[arg-type]
    (found,) = curves.members("objective", RUNS, view, WHOLE) or ()
    width = 128  # a power of two, one to two columns to a pixel of 208 steps
    shown = {"raw": values, "relative": values * (1 / values[0].astype(float)), "complement": 1 - values}[
        transform
    ]
    starts = np.arange(0, steps, width)
    np.testing.assert_allclose(found.low, np.minimum.reduceat(shown, starts).T, rtol=1e-6)
    np.testing.assert_allclose(found.high, np.maximum.reduceat(shown, starts).T, rtol=1e-6)
    np.testing.assert_array_equal(found.x, np.minimum(starts + width // 2, steps - 1))


def test_growing_gives_what_the_whole_gives_and_keeps_its_origin() -> None:
    values = values_of(40_000)
    growing, origins = Curves(infos(1, len(RUNS)), 10), set()
    for first in range(0, 40_000, 700):
        growing.append(RUNS, make_chunk(first, values[first : first + 700]))
        (part,) = growing.members("objective", RUNS, VIEW, WHOLE) or ()
        origins.add(part.origin)
    (whole,) = recorded(values).members("objective", RUNS, VIEW, WHOLE) or ()
    assert len(origins) == 1
    np.testing.assert_array_equal(part.low, whole.low)
    np.testing.assert_array_equal(part.high, whole.high)
    assert part.origin != whole.origin


def test_deep_in_a_zoom_the_values_themselves_are_read() -> None:
    values = values_of(100_000)
    values[61_234, 3] = 50
    curves = recorded(values)
    track = curves.track("objective", 0)
    assert track is not None
    for width in (90_000, 20_000, 3_000):
        view = CurveView(columns=480, x_view=(61_234 - width / 2, 61_234 + width / 3))
        (found,) = curves.members("objective", RUNS, view, WHOLE) or ()
        assert found.high[3].max() == 50
        assert abs(found.x[np.argmax(found.high[3])] - 61_234) <= max(2, width / 480)
        assert found.origin is None
        assert found.low.shape[1] <= 3 * 480


def test_few_points_to_the_pixel_are_left_to_lines() -> None:
    curves = recorded(values_of(1000))
    assert curves.members("objective", RUNS, VIEW, (0.0, 480 * LEAST_ROWS / 1.1)) is None
    assert curves.members("objective", RUNS, VIEW, (0.0, 480 * LEAST_ROWS * 1.1)) is not None
    assert curves.members("objective", RUNS, CurveView(log_x=True), WHOLE) is None
    assert curves.members("loss/9", RUNS, VIEW, WHOLE) is None
    assert recorded(values_of(1)).members("objective", RUNS, VIEW, WHOLE) is None


def test_runs_end_where_they_ended_and_gaps_stay_gaps() -> None:
    values = values_of(50_000)
    values[20_000:, 4] = np.nan
    values[30_000:31_000, 9] = np.nan
    curves = recorded(values, ended=(RunEnd(4, 20_000, "target", None, 1.0),))
    (found,) = curves.members("objective", RUNS, VIEW, WHOLE) or ()
    assert np.isfinite(found.low[4, found.x < 20_000]).all()
    assert np.isnan(found.low[4, found.x > 20_128]).all()
    inside = (found.x > 30_128) & (found.x < 30_900)
    assert np.isnan(found.high[9, inside]).all()
    assert np.isfinite(found.high[9, found.x > 31_200]).all()


def test_smoothing_leaves_no_spike_standing() -> None:
    values = values_of(100_000)
    values[50_000, 3] = 50
    curves = recorded(values)
    for smoothing in (0.9, 0.9999):  # forgotten within a column, and not
        view = CurveView(columns=480, smoothing=smoothing)
        (found,) = curves.members("objective", RUNS, view, WHOLE) or ()
        np.testing.assert_array_equal(found.low, found.high)
        assert found.high[3].max() < 3
        tail = found.low[:, found.x > 60_000]
        assert abs(tail.mean() - 1.0) < 0.02


def test_runs_of_several_batches_have_columns_of_their_own() -> None:
    curves = Curves(infos(1, 20), 10)
    curves.append(RUNS[:10], make_chunk(0, values_of(5000)[:, :10]))
    curves.append(RUNS[10:], make_chunk(0, values_of(3000)[:, 10:]))
    parts = curves.members("objective", RUNS, VIEW, WHOLE)
    assert parts is not None
    assert [part.low.shape[0] for part in parts] == [10, 10]
    assert parts[0].x[-1] > parts[1].x[-1]


def test_other_axes() -> None:
    curves = recorded(values_of(50_000))
    for axis, scale in (("epoch", 0.1), ("seconds", 0.001)):
        view = CurveView(columns=480, x_axis=axis)  # type: ignore[arg-type]
        (found,) = curves.members("objective", RUNS, view, (0.0, WHOLE[1] * scale)) or ()
        assert found.x[-1] == pytest.approx(49_999 * scale, rel=0.01)


def test_lines_of_envelopes_pass_through_every_extreme() -> None:
    low, high = np.array([[1.0, 2.0, np.nan, 4.0]]), np.array([[1.5, 2.0, np.nan, 5.0]])
    (line,) = Envelopes(np.arange(4.0), low, high, 3, "a", "0").lines()
    np.testing.assert_array_equal(line.x, [0, 0, 1, 2, 2, 3, 3])
    np.testing.assert_array_equal(line.y, [1.0, 1.5, 2.0, np.nan, np.nan, 5.0, 4.0])
    assert (line.role, line.series, line.key) == ("member", 3, "0")
