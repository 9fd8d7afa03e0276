"""Properties that every loss of the registry has."""

from __future__ import annotations

import dataclasses
import tracemalloc

import numpy as np
import pytest

from compute.losses import LOSS_TYPES, LOSSES, make_loss
from compute.workspace import Workspace
from tests.compute.losses.classification_cases import CLASS_EXACT, COLUMNS, is_smooth
from tests.compute.losses.conftest import domain_targets
from tests.compute.losses.regression_cases import kinks

DTYPES = [np.float32, np.float64]


@pytest.mark.parametrize("soft", [False, True], ids=["hard", "soft"])
@pytest.mark.parametrize("scale", [0.1, 1.0, 8.0])
def test_gradient_is_the_derivative_of_the_value(loss, draw, scale, soft):
    outputs, targets = draw(loss, shape=(3, 40, 4), scale=scale, soft=soft)
    _, gradient = loss.value_and_gradient(outputs, targets)
    # Five-point central difference, error of order step⁴: 1e-6 then tests the formula, not the difference.
    step = 1e-3
    numeric = np.empty_like(outputs)
    for k in range(outputs.shape[-1]):
        values = {}
        for times in (-2, -1, 1, 2):
            moved = outputs.copy()
            moved[..., k] += times * step
            values[times] = loss.value_and_gradient(moved, targets)[0]
        numeric[..., k] = (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * step)
    # A kink within reach of the difference (|p − y|, Huber's delta) is no place to compare.
    smooth = np.ones(outputs.shape[:2], bool)
    residual = np.abs(loss.predictions(outputs) - targets)
    of_classes = loss.card.name in CLASS_EXACT
    smooth &= is_smooth(loss, outputs, targets, 2.5 * step)
    for kink in () if of_classes else kinks(loss):
        smooth &= (np.abs(residual - kink) > 2.5 * step).all(-1)
    if loss.card.name.startswith("absolute") and loss.card.link != "identity" and not soft:
        smooth[:] = True  # p never reaches 0 or 1
    assert smooth.mean() > 0.5
    size = np.linalg.norm(numeric, axis=-1) + 1e-5
    error = np.linalg.norm(gradient - numeric, axis=-1) / size
    assert error[smooth].max() < 1e-6


@pytest.mark.parametrize(
    ("dtype", "gap", "tolerance"),
    [(np.float64, 60, 1e-12), (np.float32, 30, 1e-5)],
    ids=["float64", "float32"],
)
def test_saturated_outputs_keep_their_digits(loss, exact, dtype, gap, tolerance):
    """Right or wrong by a wide gap, every component is right relative to its own size."""
    rng = np.random.default_rng(1)
    outputs = rng.normal(size=(1, 12, 3 * loss.card.outputs_per_target))
    outputs[0, np.arange(12), np.arange(12) % 3] += np.linspace(5, gap, 12)
    outputs[0, ::2] *= -1
    targets = domain_targets(loss, np.eye(3)[None, np.arange(12) // 4])
    outputs, targets = outputs.astype(dtype), targets.astype(dtype)
    value, gradient = loss.value_and_gradient(outputs, targets)
    expected_value, expected_gradient = exact(loss, outputs, targets)
    # Below the dtype's smallest normal number digits get lost; below 1e-75 those of 120 digits do too.
    least = max(float(np.finfo(dtype).tiny), 1e-75)
    np.testing.assert_allclose(value, expected_value, rtol=tolerance)
    np.testing.assert_allclose(gradient, expected_gradient, rtol=tolerance, atol=least)


def test_random_outputs_against_120_digits(loss, draw, exact):
    outputs, targets = draw(loss, shape=(2, 6, 3), scale=2.0, soft=True, seed=3)
    value, gradient = loss.value_and_gradient(outputs, targets)
    expected_value, expected_gradient = exact(loss, outputs, targets)
    np.testing.assert_allclose(value, expected_value, rtol=1e-13)
    np.testing.assert_allclose(gradient, expected_gradient, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("dtype", DTYPES)
def test_extreme_outputs_stay_finite(loss, draw, dtype):
    _, targets = draw(loss, shape=(1, 7, 3), dtype=dtype)
    big = 1e4
    rows = [
        [big, -big, 0],
        [-big, -big, -big],
        [big, big, big],
        [big, big, -big],
        [0, 0, 0],
        [-big, 0, big],
        [1, big, 2],
    ]
    outputs = np.array([rows], dtype)
    if loss.card.outputs_per_target == 2:
        outputs = np.concatenate([outputs, outputs[:, ::-1]], axis=2)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        value, gradient = loss.value_and_gradient(outputs, targets)
    assert np.isfinite(value).all()
    assert np.isfinite(gradient).all()
    assert (value >= 0).all() or loss.card.outputs_per_target == 2  # a density can exceed 1


def test_not_a_number_goes_through(loss, draw):
    """A diverged run must be seen as diverged: no form may turn NaN into a number."""
    outputs, targets = draw(loss, shape=(2, 3, 4))
    outputs = outputs.copy()
    outputs[1, 2, 0] = np.nan
    with np.errstate(invalid="ignore"):
        value, gradient = loss.value_and_gradient(outputs, targets)
    assert np.isnan(value[1, 2])
    assert np.isnan(gradient[1, 2]).any()
    assert np.isfinite(value[0]).all()
    assert np.isfinite(gradient[0]).all()
    assert np.isfinite(value[1, :2]).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 4), (2, 400, 3), (1, 6, 100)])
def test_shapes_and_dtype_are_kept_and_inputs_untouched(loss, draw, shape, dtype):
    if loss.link.joint and shape[-1] == 1:
        shape = (*shape[:2], 2)
    for shared in (False, True):
        outputs, targets = draw(loss, shape=shape, dtype=dtype, shared=shared)  # read-only
        before = outputs.copy(), targets.copy()
        value, gradient = loss.value_and_gradient(outputs, targets)
        assert value.shape == shape[:2]
        assert gradient.shape == outputs.shape
        assert value.dtype == gradient.dtype == dtype
        assert np.array_equal(outputs, before[0])
        assert np.array_equal(targets, before[1])


def test_float32_agrees_with_float64(loss, draw):
    outputs, targets = draw(loss, shape=(3, 50, 10), scale=3.0, dtype=np.float32)
    single = loss.value_and_gradient(outputs, targets)
    double = loss.value_and_gradient(outputs.astype(np.float64), targets.astype(np.float64))
    np.testing.assert_allclose(single[0], double[0], rtol=3e-6, atol=1e-7)
    np.testing.assert_allclose(single[1], double[1], rtol=1e-5, atol=1e-6)


def test_shared_targets_equal_repeated_ones(loss, draw):
    outputs, targets = draw(loss, shared=True)
    repeated = np.repeat(targets, len(outputs), axis=0)
    for one, other in zip(
        loss.value_and_gradient(outputs, targets), loss.value_and_gradient(outputs, repeated), strict=True
    ):
        assert np.array_equal(one, other)


def test_runs_and_samples_do_not_see_each_other(loss, draw):
    """R runs of B samples give, bit for bit, what each gives alone."""
    outputs, targets = draw(loss, shape=(3, 64, 10), scale=2.0, dtype=np.float32)
    value, gradient = loss.value_and_gradient(outputs, targets)
    for run in range(3):
        alone = loss.value_and_gradient(outputs[run : run + 1], targets[run : run + 1])
        assert np.array_equal(alone[0][0], value[run])
        assert np.array_equal(alone[1][0], gradient[run])
    one = loss.value_and_gradient(outputs[1:2, 7:8], targets[1:2, 7:8])
    np.testing.assert_allclose(one[0][0, 0], value[1, 7], rtol=1e-6)
    np.testing.assert_allclose(one[1][0, 0], gradient[1, 7], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("layout", ["slice", "transposed"])
def test_views_of_larger_arrays_are_taken(loss, draw, layout):
    outputs, targets = draw(loss, shape=(4, 6, 5))
    expected = loss.value_and_gradient(outputs, targets)
    count = outputs.shape[-1]
    view = {
        "slice": np.zeros((6, 6, count + 3))[1:5, :, 2 : 2 + count],
        "transposed": np.zeros((4, count, 6)).transpose(0, 2, 1),
    }[layout]
    view[...] = outputs
    value, gradient = loss.value_and_gradient(view, targets)
    np.testing.assert_allclose(value, expected[0], rtol=1e-14)
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-13, atol=1e-15)


def test_workspace_changes_nothing_and_is_reused(loss, draw):
    outputs, targets = draw(loss, shape=(4, 60, 5), dtype=np.float32)
    fresh = loss.value_and_gradient(outputs, targets)
    work = Workspace(np)
    first = loss.value_and_gradient(outputs, targets, work)
    buffers, size = len(work), work.size
    other, other_targets = draw(loss, shape=(4, 60, 5), dtype=np.float32, seed=9)
    expected = loss.value_and_gradient(other, other_targets)
    second = loss.value_and_gradient(other, other_targets, work)
    assert second[0] is first[0]
    assert second[1] is first[1]
    assert (len(work), work.size) == (buffers, size)
    assert np.array_equal(second[0], expected[0])
    assert np.array_equal(second[1], expected[1])
    again = loss.value_and_gradient(outputs, targets, work)
    assert np.array_equal(again[0], fresh[0])
    assert np.array_equal(again[1], fresh[1])


def test_without_workspace_arrays_are_fresh(loss, draw):
    outputs, targets = draw(loss)
    first, second = loss.value_and_gradient(outputs, targets), loss.value_and_gradient(outputs, targets)
    assert not np.shares_memory(first[0], second[0])
    assert not np.shares_memory(first[1], second[1])


def test_results_are_written_where_they_are_wanted(loss, draw):
    outputs, targets = draw(loss, shape=(2, 9, 4))
    expected = loss.value_and_gradient(outputs, targets)
    value, gradient = np.full((5, 9), 7.0), np.full((5, 9, outputs.shape[-1]), 7.0)
    returned = loss.value_and_gradient(outputs, targets, Workspace(np), (value[1:3], gradient[1:3]))
    assert np.shares_memory(returned[1], gradient)
    assert np.array_equal(value[1:3], expected[0])
    assert np.array_equal(gradient[1:3], expected[1])
    for untouched in (value[0], value[3:], gradient[0], gradient[3:]):
        assert (untouched == 7).all()


@pytest.mark.parametrize("outputs_count", [1, 2, 10, 40])
def test_hot_loop_allocates_no_array(loss, draw, outputs_count):
    shape = (8, 4096, max(outputs_count, 2 if loss.link.joint else 1))
    # as the trainer keeps them: in memory they are (K, R, B)
    outputs, targets = (
        np.ascontiguousarray(array.transpose(2, 0, 1)).transpose(1, 2, 0)
        for array in draw(loss, shape=shape, dtype=np.float32)
    )
    work = Workspace(np)
    loss.value_and_gradient(outputs, targets, work)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        loss.value_and_gradient(outputs, targets, work)
        peak = tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
    # Not even (R, B) numbers, 131 kB: NumPy's casting buffer of 8,192 numbers is all that may show up.
    assert peak < 0.75 * 8 * 4096 * 4


@pytest.mark.parametrize(("name", "parameter", "values"), [
    ("huber", "delta", [0.3, 1.0, 2.5]),
    ("cross_entropy", "label_smoothing", [0.0, 0.1, 0.5]),
    ("smooth_l1", "beta", [0.3, 1.0, 2.5]),
    ("pinball", "tau", [0.1, 0.5, 0.75]),
    ("epsilon_insensitive", "epsilon", [0.0, 0.1, 1.5]),
    ("squared_epsilon_insensitive", "epsilon", [0.0, 0.1, 1.5]),
    ("cauchy", "c", [0.3, 1.0, 4.0]),
    ("student_t", "degrees_of_freedom", [1.0, 3.0, 50.0]),
    ("student_t", "sigma", [0.5, 1.0, 3.0]),
    ("geman_mcclure", "c", [0.3, 1.0, 4.0]),
    ("welsch", "c", [0.7, 1.0, 4.0]),
    ("tukey_biweight", "c", [1.0, 2.0, 4.685]),
    ("general_robust", "alpha", [2.0, 0.0, -2.0]),
    ("general_robust", "c", [0.3, 1.0, 4.0]),
    ("tweedie", "power", [1.0001, 1.5, 1.9]),
    *COLUMNS,
])  # fmt: skip
@pytest.mark.parametrize("shared", [False, True], ids=["own", "shared"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_columns_equal_numbers(draw, name, parameter, values, dtype, shared):
    column = np.array(values)[:, None]
    together = make_loss(name, **{parameter: column})
    outputs, targets = draw(together, shape=(3, 20, 4), scale=2.0, dtype=dtype, shared=shared)
    value, gradient = together.value_and_gradient(outputs, targets, Workspace(np))
    assert value.dtype == gradient.dtype == dtype
    tolerance = 1e-6 if dtype == np.float32 else 1e-14
    for run, number in enumerate(values):
        alone = make_loss(name, **{parameter: number})
        expected = alone.value_and_gradient(
            outputs[run : run + 1], targets[:1] if shared else targets[run : run + 1]
        )
        np.testing.assert_allclose(value[run], expected[0][0], rtol=tolerance)
        np.testing.assert_allclose(gradient[run], expected[1][0], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    ("outputs", "targets", "error"),
    [
        (np.zeros((2, 3)), np.zeros((2, 3)), ValueError),
        (np.zeros((2, 3, 4)), np.zeros((2, 3, 5)), ValueError),
        (np.zeros((2, 3, 4)), np.zeros((3, 3, 4)), ValueError),
        (np.zeros((2, 3, 4)), np.zeros((2, 3)), ValueError),
        (np.zeros((2, 3, 4)), np.zeros((2, 3, 4), np.float32), TypeError),
        (np.zeros((2, 3, 4), int), np.zeros((2, 3, 4), int), TypeError),
    ],
)
def test_wrong_arrays_are_refused(loss, outputs, targets, error):
    outputs = np.repeat(outputs, loss.card.outputs_per_target, axis=-1)
    with pytest.raises(error, match="outputs"):
        loss.value_and_gradient(outputs, targets)


def test_loss_is_a_frozen_value(loss):
    assert loss == dataclasses.replace(loss)
    assert hash(loss) == hash(dataclasses.replace(loss))
    assert loss.link.name == loss.card.link
    assert LOSS_TYPES[loss.card.name] is type(loss)
    assert LOSSES[loss.card.name] is loss.card
