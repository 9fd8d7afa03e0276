"""Lines and bands of groups against direct computation with NumPy; alignment of runs that differ in steps."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from lab.comparing.curves_columns import Part, read_table
from lab.comparing.curves_mean import centred, group_line
from lab.curve_samples import CurveView
from lab.smoothing import smooth
from lab.student import t_quantile
from tests.lab.comparing.compared_runs import diverged, recorded

RNG = np.random.default_rng(5)


def part(curves, runs, metric="m", samples=0):
    track = curves.track(metric, runs[0])
    return Part(curves, track, metric, tuple(runs), samples)


@pytest.mark.parametrize("centre", ["mean", "median"])
@pytest.mark.parametrize("spread", ["minmax", "std", "se", "ci95", "iqr"])
def test_centre_and_band_are_numpys(centre, spread):
    values = RNG.normal(size=(7, 30))
    values[2, 10:] = np.nan
    values[:, 20] = np.nan
    values[0, 20] = 1.0
    middle, low, high = centred(values, centre, spread)
    count = np.isfinite(values).sum(axis=0)
    wanted = np.nanmean(values, axis=0) if centre == "mean" else np.nanmedian(values, axis=0)
    np.testing.assert_allclose(middle, wanted)
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        half = np.nanstd(values, axis=0, ddof=1)
    if spread == "minmax":
        ends = np.nanmin(values, axis=0), np.nanmax(values, axis=0)
    elif spread == "iqr":
        ends = tuple(np.nanquantile(values, [0.25, 0.75], axis=0))
    else:
        factor = {"std": 1.0, "se": 1 / np.sqrt(count), "ci95": 0.0}[spread]
        if spread == "ci95":
            factor = np.array([t_quantile(n - 1) if n > 1 else np.nan for n in count]) / np.sqrt(count)
        ends = wanted - half * factor, wanted + half * factor
    for found, edge in zip((low, high), ends, strict=True):
        assert np.isnan(found[20])  # one value has no band
        np.testing.assert_allclose(np.delete(found, 20), np.delete(edge, 20), rtol=1e-12)


def test_no_band_where_none_is_asked_for():
    assert centred(RNG.normal(size=(3, 4)), "mean", "none")[1:] == (None, None)


def test_runs_recorded_together_are_meaned_at_their_own_steps():
    values = RNG.normal(size=(4, 50))
    curves = recorded(range(0, 500, 10), {"m": values})
    found = group_line([part(curves, (0, 1, 3))], "step", CurveView(columns=400), spread="std")
    np.testing.assert_array_equal(found.curve.x, np.arange(0, 500, 10))
    chosen = values[[0, 1, 3]]
    np.testing.assert_allclose(found.curve.mean, chosen.mean(axis=0))
    np.testing.assert_allclose(found.curve.high, chosen.mean(axis=0) + chosen.std(axis=0, ddof=1))
    assert (found.runs, found.diverged, found.early) == (3, 0, 0)


def test_runs_recorded_at_other_steps_are_interpolated_at_all_steps():
    one = recorded([0, 10, 20, 30], {"m": np.array([[0.0, 1.0, 2.0, 3.0]])})
    two = recorded([0, 15, 30], {"m": np.array([[10.0, 25.0, 10.0]])})
    found = group_line([part(one, (0,)), part(two, (0,))], "step", CurveView())
    assert found.curve.x.tolist() == [0, 10, 15, 20, 30]
    mine = np.interp(found.curve.x, [0, 10, 20, 30], [0, 1, 2, 3])
    other = np.interp(found.curve.x, [0, 15, 30], [10, 25, 10])
    np.testing.assert_allclose(found.curve.mean, (mine + other) / 2)


def test_a_run_that_is_over_leaves_the_mean_and_is_counted():
    long = recorded([0, 10, 20, 30], {"m": np.array([[1.0, 1.0, 1.0, 1.0]])})
    brief = recorded([0, 10], {"m": np.array([[3.0, 3.0]])})
    found = group_line([part(long, (0,)), part(brief, (0,))], "step", CurveView(), spread="minmax")
    assert found.curve.x.tolist() == [0, 10, 20, 30]
    assert found.curve.mean.tolist() == [2.0, 2.0, 1.0, 1.0]
    assert np.isnan(found.curve.high[2:]).all() and found.curve.high[:2].tolist() == [3.0, 3.0]
    assert found.early == 1


def test_a_diverged_run_ends_the_mean():
    values = np.array([[1.0, 1.0, 1.0, 1.0], [3.0, 9.0, np.nan, np.nan]])
    curves = recorded([0, 10, 20, 30], {"m": values}, ends=[diverged(1, 20)])
    found = group_line([part(curves, (0, 1))], "step", CurveView(), spread="minmax")
    assert found.curve.mean[:2].tolist() == [2.0, 5.0]
    assert np.isnan(found.curve.mean[2:]).all()
    assert np.isnan(found.curve.low[2:]).all()
    assert found.curve.diverged.step == 20
    assert (found.runs, found.diverged, found.early) == (2, 1, 0)


def test_a_median_counts_a_diverged_run_as_the_worst():
    values = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [3.0, np.nan, np.nan]])
    curves = recorded([0, 10, 20], {"m": values}, ends=[diverged(2, 10)])
    found = group_line(
        [part(curves, (0, 1, 2))], "step", CurveView(), centre="median", spread="iqr", higher_is_better=False
    )
    assert found.curve.mean.tolist() == [2.0, 2.0, 2.0]
    assert found.curve.low.tolist() == [1.5, 1.5, 1.5]
    assert np.isnan(found.curve.high[1:]).all()  # half way to infinity
    assert found.curve.diverged is None
    higher = group_line(
        [part(curves, (0, 1, 2))], "step", CurveView(), centre="median", higher_is_better=True
    )
    assert higher.curve.mean.tolist() == [2.0, 1.0, 1.0]
    unknown = group_line([part(curves, (0, 1, 2))], "step", CurveView(), centre="median")
    assert np.isnan(unknown.curve.mean[1:]).all()


def test_the_median_ends_when_half_have_diverged():
    values = np.array([[1.0, 1.0], [3.0, np.nan]])
    curves = recorded([0, 10], {"m": values}, ends=[diverged(1, 10)])
    found = group_line([part(curves, (0, 1))], "step", CurveView(), centre="median", higher_is_better=False)
    assert found.curve.mean[0] == 2.0 and np.isnan(found.curve.mean[1])


@pytest.mark.parametrize(
    ("axis", "factor"), [("step", 1), ("epoch", 0.1), ("examples", 14.0), ("seconds", 0.5)]
)
def test_x_in_every_unit(axis, factor):
    curves = recorded([0, 10, 20], {"m": np.ones((1, 3))})
    found = group_line([part(curves, (0,), samples=140)], axis, CurveView())
    np.testing.assert_allclose(found.curve.x, np.array([0, 10, 20]) * factor)
    zoomed = group_line([part(curves, (0,), samples=140)], axis, CurveView(x_view=(11 * factor, 12 * factor)))
    np.testing.assert_allclose(zoomed.curve.x, np.array([10, 20]) * factor)


def test_unknown_units_give_no_line():
    curves = recorded([0, 10, 20], {"m": np.ones((1, 3))}, steps_per_epoch=0)
    assert group_line([part(curves, (0,))], "examples", CurveView()) is None
    assert group_line([part(curves, (0,))], "epoch", CurveView()) is None


def test_every_run_is_smoothed_before_the_mean_and_the_raw_mean_is_kept():
    values = RNG.normal(size=(3, 40))
    curves = recorded(range(40), {"m": values})
    found = group_line([part(curves, (0, 1, 2))], "step", CurveView(smoothing=0.8))
    np.testing.assert_allclose(found.curve.mean, smooth(values, 0.8)[0].mean(axis=0))
    np.testing.assert_allclose(found.curve.raw, values.mean(axis=0))


def test_relative_divides_every_run_by_its_own_first_value():
    values = np.array([[2.0, 1.0], [10.0, 1.0]])
    curves = recorded([0, 10], {"m": values})
    found = group_line([part(curves, (0, 1))], "step", CurveView(transform="relative"))
    np.testing.assert_allclose(found.curve.mean, [1.0, (0.5 + 0.1) / 2])


def test_long_runs_are_thinned_and_spikes_stay():
    values = np.full((2, 50_000), 1.0)
    values[0, 31_234] = 900.0
    curves = recorded(range(50_000), {"m": values}, evaluated=False)
    view = CurveView(columns=200)
    one = group_line([part(curves, (0,))], "step", view)
    assert len(one.curve.mean) <= 100 and len(one.curve.raw) <= 400
    assert one.curve.raw.max() == 900.0
    at = one.curve.raw_x[np.argmax(one.curve.raw)]
    assert abs(at - 31_234) < 50_000 / 200
    both = group_line([part(curves, (0, 1))], "step", view, spread="minmax")
    assert np.nanmax(both.curve.high) == 900.0
    np.testing.assert_allclose(both.curve.mean[0], 1.0)


def test_long_runs_of_several_recordings_keep_their_extremes():
    values = np.full((1, 30_000), 1.0)
    values[0, 7_777] = -50.0
    parts = [
        part(recorded(range(30_000), {"m": values}, evaluated=False), (0,)),
        part(recorded(range(0, 60_000, 2), {"m": np.full((1, 30_000), 3.0)}, evaluated=False), (0,)),
    ]
    found = group_line(parts, "step", CurveView(columns=300), spread="minmax")
    assert np.nanmin(found.curve.low) == -50.0
    assert len(found.curve.mean) <= 150
    assert found.early == 1
    assert found.curve.mean[-1] == 3.0
    np.testing.assert_allclose(found.curve.mean[1], 2.0)


def test_a_common_table_of_one_part_is_what_was_recorded():
    values = RNG.normal(size=(2, 10))
    table = read_table([part(recorded(range(10), {"m": values}), (0, 1))], "step", CurveView())
    np.testing.assert_array_equal(table.values, values)
    assert table.whole and table.ends.tolist() == [9.0, 9.0]


def test_nothing_recorded_is_no_line():
    assert group_line([], "step", CurveView()) is None


def test_log_x_has_places_equally_far_apart_in_log_x():
    values = np.linspace(1, 2, 5000)[None, :]
    parts = [
        part(recorded(range(5000), {"m": values}), (0,)),
        part(recorded(range(0, 10_000, 2), {"m": values}), (0,)),
    ]
    found = group_line(parts, "step", CurveView(columns=100, log_x=True))
    gaps = np.diff(np.log(found.curve.x[1:-1]))
    assert gaps.max() < 2.5 * np.median(gaps)


@pytest.mark.parametrize("seed", range(6))
def test_any_steps_give_what_interpolation_by_hand_gives(seed):
    rng = np.random.default_rng(seed)
    parts, curves = [], []
    for _ in range(4):
        steps = np.unique(rng.integers(0, 300, rng.integers(2, 25)))
        values = rng.normal(size=(rng.integers(1, 4), len(steps)))
        parts.append(part(recorded(steps, {"m": values}), tuple(range(len(values)))))
        curves += [(steps, row) for row in values]
    found = group_line(parts, "step", CurveView(columns=400), spread="minmax")
    every = np.unique(np.concatenate([steps for steps, _ in curves]))
    np.testing.assert_array_equal(found.curve.x, every)
    table = np.array([np.interp(every, steps, row, left=np.nan, right=np.nan) for steps, row in curves])
    several = np.isfinite(table).sum(axis=0) > 1
    np.testing.assert_allclose(found.curve.mean, np.nanmean(table, axis=0))
    np.testing.assert_allclose(found.curve.high[several], np.nanmax(table, axis=0)[several])
    assert np.isnan(found.curve.high[~several]).all()
    assert found.early == sum(steps[-1] < every[-1] for steps, _ in curves)


def test_straight_lines_stay_straight_where_there_are_more_steps_than_columns():
    slopes = (1.0, -3.0, 0.5)
    parts = []
    for stride, slope in zip((1, 2, 3), slopes, strict=True):
        steps = np.arange(0, 30_001, stride)
        parts.append(part(recorded(steps, {"m": slope * steps[None, :]}, evaluated=False), (0,)))
    found = group_line(parts, "step", CurveView(columns=200))
    inner = slice(2, -2)
    np.testing.assert_allclose(
        found.curve.mean[inner], np.mean(slopes) * found.curve.x[inner], rtol=0.02, atol=100
    )


@pytest.mark.parametrize("length", [50, 20_000])
@pytest.mark.parametrize("smoothing", [0.0, 0.9])
def test_one_experiment_looks_as_it_does_while_it_trains(length, smoothing):
    values = np.exp(-np.arange(length) / length) + 0.1 * RNG.random((5, length))
    values[3, length // 2 :] = np.nan
    curves = recorded(
        range(1, length + 1), {"m": values}, evaluated=False, ends=[diverged(3, length // 2 + 1)]
    )
    for runs in ((0, 1, 2), (0, 3)):
        view = CurveView(band="std", smoothing=smoothing, columns=300)
        wanted = curves.group("m", runs, view)
        found = group_line([part(curves, runs)], "step", view, spread="std").curve
        known = np.isfinite(found.mean)
        there = np.isfinite(wanted.mean)
        theirs = np.interp(found.x[known], wanted.x[there], wanted.mean[there])
        np.testing.assert_allclose(found.mean[known][:-1], theirs[:-1], rtol=0.03)
        at = found.x[known][-1] / wanted.x[np.isfinite(wanted.mean)][-1]
        assert at == pytest.approx(1.0, abs=0.02)
        assert (found.diverged is None) == (wanted.diverged is None)
