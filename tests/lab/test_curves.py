"""Curves: everything kept, means and bands right, extremes kept, zooming exact, cost flat."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from compute.plan import RunEnd
from lab.curve_samples import RAW_VALUES, read_samples
from lab.curves import Curves, CurveView
from tests.lab.recorded_runs import evaluation, infos, make_chunk

RUNS = tuple(range(6))


def recorded(steps: int, runs: int = 6, piece: int = 97, seed: int = 0) -> tuple[Curves, np.ndarray]:
    values = np.random.default_rng(seed).uniform(0.5, 1.5, size=(steps, runs)).astype(np.float32)
    curves = Curves(infos(1, runs), 10)
    for first in range(0, steps, piece):
        curves.append(range(runs), make_chunk(first, values[first : first + piece]))
    return curves, values


@pytest.mark.parametrize("steps", [1, 300, 10_000])
def test_every_step_of_every_metric_is_kept_exactly(steps: int) -> None:
    curves, values = recorded(steps)
    for run in RUNS:
        at, found = curves.series("objective", run)
        np.testing.assert_array_equal(at, np.arange(steps))
        np.testing.assert_array_equal(found, values[:, run])
        assert found.dtype == np.float32
        np.testing.assert_array_equal(curves.series("gradient_norm/1", run)[1], values[:, run])
        np.testing.assert_array_equal(curves.series("parameter_norm", run)[1], 3 * values[:, run])
    np.testing.assert_allclose(curves.seconds("objective", 0), 0.001 * np.arange(steps))
    assert curves.last("objective", 2) == values[-1, 2]
    assert curves.first("objective", 2) == values[0, 2]


def test_metrics_are_named() -> None:
    curves, _ = recorded(5)
    curves.append(RUNS, make_chunk(5, np.ones((2, 6)), evaluations=[evaluation(0, [0.5] * 6)]))
    names = curves.metrics()
    assert names[:5] == ("objective", "loss", "gradient_norm", "parameter_norm", "learning_rate")
    assert {"gradient_norm/0", "gradient_norm/1", "validation_accuracy", "train_nll"} <= set(names)
    steps, values = curves.series("validation_accuracy", 3)
    assert steps.tolist() == [0]
    assert values.dtype == np.float64


def test_unknown_metric_is_empty_not_an_error() -> None:
    curves, _ = recorded(5)
    assert len(curves.series("validation_accuracy", 0)[0]) == 0
    assert np.isnan(curves.last("validation_accuracy", 0))
    assert curves.group("validation_accuracy", RUNS, CurveView()) is None
    assert curves.reached("validation_accuracy", 0, 0.5, rising=True) is None


def test_mean_and_confidence_interval_against_scipy() -> None:
    curves, values = recorded(100)
    group = curves.group("objective", RUNS, CurveView(band="ci95"))
    assert group is not None
    assert group.low is not None
    assert group.high is not None
    data = values.astype(np.float64)
    np.testing.assert_allclose(group.mean, data.mean(axis=1))
    low, high = stats.t.interval(0.95, 5, loc=data.mean(axis=1), scale=stats.sem(data, axis=1))
    np.testing.assert_allclose(group.low, low, rtol=1e-9)
    np.testing.assert_allclose(group.high, high, rtol=1e-9)


def test_other_bands() -> None:
    curves, values = recorded(100)
    data = values.astype(np.float64)
    spread = curves.group("objective", RUNS, CurveView(band="std"))
    assert spread is not None
    np.testing.assert_allclose(spread.high - spread.mean, data.std(axis=1, ddof=1), rtol=1e-9)  # type: ignore[operator]
    extremes = curves.group("objective", RUNS, CurveView(band="minmax"))
    assert extremes is not None
    np.testing.assert_array_equal(extremes.low, data.min(axis=1))
    np.testing.assert_array_equal(extremes.high, data.max(axis=1))
    assert curves.group("objective", RUNS, CurveView(band="none")).low is None  # type: ignore[union-attr]
    assert curves.group("objective", (0,), CurveView(band="ci95")).low is None  # type: ignore[union-attr]


@pytest.mark.parametrize("steps", [900, 60_000])
def test_smoothing_against_lfilter_with_the_raw_line_kept(steps: int) -> None:
    curves, values = recorded(steps, piece=5000)
    weight = 0.96
    group = curves.group(
        "objective", RUNS, CurveView(smoothing=weight, columns=2 * steps if steps < 1000 else 480)
    )
    assert group is not None
    mean = values.astype(np.float64).mean(axis=1)
    expected = lfilter([1 - weight], [1, -weight], mean) / (1 - weight ** np.arange(1, steps + 1))
    if steps < 1000:
        np.testing.assert_allclose(group.mean, expected, rtol=1e-9)
        np.testing.assert_allclose(group.raw, mean, rtol=1e-12)
    else:
        assert len(group.mean) <= 240
        assert abs(group.mean.mean() - expected.mean()) < 1e-2
        assert np.std(group.mean) < np.std(mean) / 3
        assert group.raw.max() == pytest.approx(mean.max(), rel=1e-12)
        assert group.raw.min() == pytest.approx(mean.min(), rel=1e-12)


@pytest.mark.parametrize("weight", [0.0, 0.9])
def test_a_thinned_curve_begins_and_ends_at_its_own_values(weight: float) -> None:
    curves, values = recorded(1350, piece=500)
    group = curves.group("objective", RUNS, CurveView(smoothing=weight, columns=200, transform="relative"))
    assert group is not None
    assert len(group.mean) <= 100
    relative = (values.astype(np.float64) / values[0]).mean(axis=1)
    expected = lfilter([1 - weight], [1, -weight], relative) / (1 - weight ** np.arange(1, 1351))
    assert (group.x[0], group.mean[0]) == (0, pytest.approx(1.0))
    assert (group.x[-1], group.mean[-1]) == (1349, pytest.approx(expected[-1]))


@pytest.mark.parametrize("steps", [3000, 120_000])
def test_a_planted_spike_is_seen_however_long_the_run(steps: int) -> None:
    values = np.ones((steps, 4), dtype=np.float32)
    values[steps // 3, 2] = 1000
    curves = Curves(infos(1, 4), 10)
    for first in range(0, steps, 5000):
        curves.append(range(4), make_chunk(first, values[first : first + 5000]))
    view = CurveView(band="minmax", columns=200)
    group = curves.group("objective", range(4), view)
    assert group is not None
    assert group.high is not None
    assert group.high.max() == 1000
    assert group.raw.max() == pytest.approx((1000 + 3) / 4)
    x, y = curves.member("objective", 2, view)
    assert y.max() == 1000
    assert abs(x[np.argmax(y)] - steps // 3) <= steps / 200
    assert len(x) <= 400


def test_zooming_in_shows_the_values_themselves() -> None:
    curves, values = recorded(200_000, piece=5000)
    group = curves.group("objective", RUNS, CurveView(x_view=(150_000, 150_050), columns=480))
    assert group is not None
    assert group.x[0] == 149_999
    assert group.x[-1] == 150_051
    part = slice(149_999, 150_052)
    np.testing.assert_allclose(group.mean, values[part].astype(float).mean(axis=1), rtol=1e-12)
    x, y = curves.member("objective", 4, CurveView(x_view=(150_000, 150_050)))
    np.testing.assert_array_equal(y, values[part, 4])
    np.testing.assert_array_equal(x, np.arange(149_999, 150_052))


def test_zooming_does_not_change_the_smoothed_line() -> None:
    curves, values = recorded(5000, piece=500)
    weight = 0.99
    mean = values.astype(float).mean(axis=1)
    expected = lfilter([1 - weight], [1, -weight], mean) / (1 - weight ** np.arange(1, 5001))
    group = curves.group("objective", RUNS, CurveView(smoothing=weight, x_view=(4000, 4100), columns=480))
    assert group is not None
    np.testing.assert_allclose(group.mean, expected[3999:4102], rtol=1e-5)


def test_relative_divides_each_run_by_its_own_first_value() -> None:
    curves, values = recorded(50)
    group = curves.group("objective", RUNS, CurveView(transform="relative"))
    assert group is not None
    data = values.astype(np.float64)
    np.testing.assert_allclose(group.mean, (data / data[0]).mean(axis=1))
    assert group.mean[0] == pytest.approx(1)


def test_axes() -> None:
    curves, _ = recorded(50)
    epochs = curves.group("objective", RUNS, CurveView(x_axis="epoch"))
    seconds = curves.group("objective", RUNS, CurveView(x_axis="seconds"))
    assert epochs is not None
    assert seconds is not None
    np.testing.assert_allclose(epochs.x, np.arange(50) / 10)
    np.testing.assert_allclose(seconds.x, np.arange(50) * 0.001)


def test_a_diverged_run_ends_the_mean_and_a_finished_one_stays_in_it() -> None:
    values = np.arange(1, 41, dtype=float)[:, None] * np.ones(3)
    values[20:, 0] = np.nan
    curves = Curves(infos(1, 3), 10)
    curves.append(range(3), make_chunk(0, values, ended=[RunEnd(0, 20, "target", None, 20.0)]))
    held = curves.group("objective", range(3), CurveView())
    assert held is not None
    assert len(held.mean) == 40
    assert np.isfinite(held.mean).all()
    assert curves.series("objective", 0)[0][-1] == 19
    assert held.mean[39] == pytest.approx((20 + 40 + 40) / 3)
    assert held.diverged is None

    gone = Curves(infos(1, 3), 10)
    values[20, 0] = np.inf
    gone.append(range(3), make_chunk(0, values, ended=[RunEnd(0, 20, "diverged", 1, np.inf)]))
    group = gone.group("objective", range(3), CurveView())
    assert group is not None
    assert group.x[-1] == 20
    assert np.isfinite(group.mean[:-1]).all()
    assert group.diverged is not None
    assert group.diverged.step == 20
    x, _ = gone.member("objective", 1, CurveView())
    assert x[-1] == 39
    assert gone.last("objective", 0) == 20


def test_runs_of_one_loss_in_two_batches() -> None:
    """Batches report one after the other: the mean goes as far as both are known."""
    curves = Curves(infos(1, 4), 10)
    curves.append((0, 1), make_chunk(0, np.full((30, 2), 1.0)))
    curves.append((2, 3), make_chunk(0, np.full((20, 2), 3.0)))
    group = curves.group("objective", range(4), CurveView(band="minmax"))
    assert group is not None
    assert len(group.x) == 20
    np.testing.assert_allclose(group.mean, 2.0)
    # The first batch ends by its target: it stands at its last value while the second goes on.
    ended = [RunEnd(0, 30, "target", None, 1.0), RunEnd(1, 30, "target", None, 1.0)]
    curves.append((0, 1), make_chunk(30, np.empty((0, 2)), ended=ended))
    curves.append((2, 3), make_chunk(20, np.full((40, 2), 3.0)))
    group = curves.group("objective", range(4), CurveView())
    assert group is not None
    assert group.x[-1] == 59
    np.testing.assert_allclose(group.mean, 2.0)


def test_reached() -> None:
    curves = Curves(infos(1, 2), 10)
    for number, value in enumerate((0.2, 0.6, 0.95, 0.9)):
        curves.append(
            (0, 1),
            make_chunk(10 * number, np.ones((10, 2)), evaluations=[evaluation(10 * number, [value, 0.1])]),
        )
    assert curves.reached("validation_accuracy", 0, 0.95, rising=True) == 20
    assert curves.reached("validation_accuracy", 1, 0.95, rising=True) is None
    assert curves.reached("validation_nll", 0, 0.5, rising=False) == 10


def test_log_axis_keeps_the_first_decades() -> None:
    curves, _ = recorded(100_000, piece=5000)
    group = curves.group("objective", RUNS, CurveView(log_x=True, columns=480))
    assert group is not None
    assert np.count_nonzero((group.x > 0) & (group.x <= 100)) > 30


@pytest.mark.parametrize(("steps", "runs"), [(100_000, 2), (2_700, 20), (300, 2)])
def test_on_a_log_axis_the_raw_line_lies_where_the_mean_does(steps: int, runs: int) -> None:
    curves = Curves(infos(1, runs), 10)
    falling = np.repeat(1 / (1 + np.arange(steps, dtype=np.float64))[:, None], runs, axis=1)
    for first in range(0, steps, 1000):
        curves.append(range(runs), make_chunk(first, falling[first : first + 1000]))
    group = curves.group("objective", tuple(range(runs)), CurveView(log_x=True, smoothing=0.2))
    assert group is not None
    np.testing.assert_allclose(group.raw, 1 / (1 + group.raw_x), rtol=0.05)
    assert group.raw_x[group.raw_x > 0][0] == group.x[group.x > 0][0] == 1
    assert (np.diff(group.raw_x) >= 0).all()
    assert group.raw_x[-1] > 0.99 * (steps - 1)


def test_cost_does_not_grow_with_length() -> None:
    short, _ = recorded(40_000, piece=5000)
    long, _ = recorded(640_000, piece=5000)

    def values_read(curves: Curves) -> int:
        view = CurveView(band="ci95", smoothing=0.9)
        track = curves.track("objective", 0)
        assert track is not None
        samples = read_samples(curves, track, "objective", tuple(RUNS), 0, track.length, view)
        return samples.values.size

    assert values_read(long) <= 2 * values_read(short)
    assert values_read(long) <= RAW_VALUES


def test_a_long_mean_is_brought_up_to_date_little_by_little() -> None:
    whole = recorded(100_000, piece=5000)[0].group("objective", RUNS, CurveView())
    assert whole is not None
    fresh, _ = recorded(100_000, piece=5000)
    impatient = CurveView(patience=120_000)
    reached = []
    for _ in range(20):
        fresh.behind = False
        group = fresh.group("objective", RUNS, impatient)
        assert group is not None
        np.testing.assert_array_equal(group.mean, whole.mean)
        reached.append(group.raw_x[-1])
        if not fresh.behind:
            break
    assert len(reached) == 5
    assert reached == sorted(reached)
    np.testing.assert_array_equal(group.raw, whole.raw)
    late = recorded(100_000, piece=5000)[0].group(
        "objective", RUNS, CurveView(patience=1000, x_view=(20_000.0, 99_000.0))
    )
    assert late is not None
    assert len(late.raw) == 0
