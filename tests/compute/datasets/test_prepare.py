from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.model_selection import train_test_split

from compute.datasets import load_dataset
from compute.datasets.base import Dataset
from compute.datasets.prepare import (
    LabelNoise,
    Outliers,
    PreparedData,
    Preprocessing,
    Split,
    part_sizes,
    prepare,
)
from compute.problems import ProblemError
from tests.compute.datasets.made import numbers, parts

RAW = Preprocessing("none", "none")


# --- split ----------------------------------------------------------------------------------------
def test_digits_split_in_the_sizes_of_the_lessons(digits: Dataset) -> None:
    data = prepare(digits, seeds=(0,), split=Split(0.8, 0.2, 0.0))
    assert (data.train.samples, data.validation.samples, data.test.samples) == (1437, 360, 0)


@pytest.mark.parametrize("samples", [2, 3, 10, 99, 100, 150, 1797])
@pytest.mark.parametrize("share", [0.01, 0.07, 0.2, 0.25, 1 / 3, 0.5])
def test_held_out_sizes_are_scikit_learns(samples: int, share: float) -> None:
    train, validation, _ = part_sizes(samples, Split(1 - share, share, 0.0))
    if train < 1:
        return
    theirs = train_test_split(np.arange(samples), test_size=share, random_state=0)
    # ceil(0.07 · 100) is 8 for scikit-learn, because 0.07 · 100 is a hair above 7 in binary.
    dust = share * samples - round(share * samples)
    assert validation == (len(theirs[1]) if abs(dust) > 1e-9 or dust == 0 else round(share * samples))
    assert train + validation == samples


def test_parts_are_disjoint_cover_everything_and_keep_rows_with_targets(digits: Dataset) -> None:
    data = prepare(digits, seeds=(0,), preprocessing=RAW, data_seed=7)
    assert sorted(np.concatenate([rows[0] for rows in parts(data)])) == list(range(1797))
    for part in (data.train, data.validation, data.test):
        assert np.array_equal(part.inputs[0], digits.inputs[part.rows[0]])
        assert np.array_equal(part.targets[0], digits.targets[part.rows[0]])
        assert not part.corrupted.any()


def test_the_split_depends_on_the_data_seed_and_not_on_run_seeds(digits: Dataset) -> None:
    a, b, c = (prepare(digits, seeds=s, data_seed=d) for s, d in (((0,), 1), ((5, 6), 1), ((0,), 2)))
    assert np.array_equal(a.train.rows, b.train.rows)
    assert not np.array_equal(a.train.rows, c.train.rows)
    assert b.variant_of_seed.tolist() == [0, 0]


def test_by_run_gives_every_run_seed_its_own_split(digits: Dataset) -> None:
    split = Split(0.8, 0.2, 0.0, by_run=True)
    data = prepare(digits, seeds=(3, 1, 3), split=split, label_noise=LabelNoise("uniform", 0.4))
    assert data.variant_of_seed.tolist() == [0, 1, 0]
    assert data.train.inputs.shape == (2, 1437, 64)
    assert not np.array_equal(data.train.rows[0], data.train.rows[1])
    assert data.train.corrupted.sum(axis=1).tolist() == [575, 575]
    alone = prepare(digits, seeds=(1,), split=split, label_noise=LabelNoise("uniform", 0.4))
    for ours, theirs in zip((data.train, data.validation), (alone.train, alone.validation), strict=True):
        assert np.array_equal(ours.inputs[1], theirs.inputs[0])
        assert np.array_equal(ours.targets[1], theirs.targets[0])
        assert np.array_equal(ours.corrupted[1], theirs.corrupted[0])


def test_corruption_does_not_move_the_split(digits: Dataset) -> None:
    plain = prepare(digits, seeds=(0,))
    noisy = prepare(digits, seeds=(0,), label_noise=LabelNoise("uniform", 0.3))
    assert np.array_equal(plain.train.rows, noisy.train.rows)


def test_without_validation_and_test_the_order_stays(digits: Dataset) -> None:
    data = prepare(digits, seeds=(0,), split=Split(1.0, 0.0, 0.0))
    assert np.array_equal(data.train.rows[0], np.arange(1797))
    assert data.validation.inputs.shape == (1, 0, 64)
    assert data.test.targets.shape == (1, 0)


def test_the_data_set_itself_is_never_changed(diabetes: Dataset) -> None:
    before = diabetes.inputs.copy(), diabetes.targets.copy()
    prepare(diabetes, seeds=(0,), split=Split(1.0, 0.0, 0.0), outliers=Outliers("random", 0.5, 100.0))
    assert np.array_equal(diabetes.inputs, before[0])
    assert np.array_equal(diabetes.targets, before[1])


# --- preprocessing --------------------------------------------------------------------------------
def test_standardisation_is_fitted_on_the_training_part_with_ddof_0(diabetes: Dataset) -> None:
    data = prepare(diabetes, seeds=(0,), data_seed=3)
    raw = diabetes.inputs[data.train.rows[0]]
    assert data.input_shift[0] == pytest.approx(raw.mean(axis=0))
    assert data.input_scale[0] == pytest.approx(raw.std(axis=0))
    y = diabetes.targets[data.train.rows[0]]
    assert data.target_shift[0] == pytest.approx(y.mean(axis=0))
    assert data.target_scale[0] == pytest.approx(y.std(axis=0))
    for part in (data.train, data.validation, data.test):
        rows = part.rows[0]
        assert part.inputs[0] == pytest.approx((diabetes.inputs[rows] - raw.mean(0)) / raw.std(0))
        assert part.targets[0] == pytest.approx((diabetes.targets[rows] - y.mean(0)) / y.std(0))
    assert data.description == (
        "inputs standardised with the training part's mean and deviation; targets standardised likewise"
    )


def test_digits_in_units_of_the_largest_pixel(digits: Dataset) -> None:
    data = prepare(digits, seeds=(0,), preprocessing=Preprocessing("unit"))
    assert data.train.inputs.max() == 1.0
    assert np.array_equal(data.train.inputs[0], digits.inputs[data.train.rows[0]] / 16)
    assert data.description == "inputs divided by 16, the largest magnitude in the training part"


def test_unit_counts_magnitude_and_leaves_zeros_alone() -> None:
    data = prepare(
        numbers([[-8.0], [4.0]]), seeds=(0,), split=Split(1, 0, 0), preprocessing=Preprocessing("unit")
    )
    assert data.train.inputs[0, :, 0].tolist() == [-1.0, 0.5]
    zero = prepare(
        numbers([[0.0], [0.0]]), seeds=(0,), split=Split(1, 0, 0), preprocessing=Preprocessing("unit")
    )
    assert zero.train.inputs[0, :, 0].tolist() == [0.0, 0.0]


def test_constant_features_become_zero_and_are_said(digits: Dataset) -> None:
    data = prepare(numbers([[0.1, 1], [0.1, 2], [0.1, 4]]), seeds=(0,), split=Split(1, 0, 0))
    assert data.train.inputs[0, :, 0].tolist() == [0.0, 0.0, 0.0]
    assert data.input_scale[0, 0] == 1.0
    assert "1 feature constant there" in data.description
    assert "features constant there" in prepare(digits, seeds=(0,)).description


def test_a_deviation_that_underflows_does_not_divide_by_zero() -> None:
    data = prepare(numbers([[0.0], [1e-200]]), seeds=(0,), split=Split(1, 0, 0))
    assert np.isfinite(data.train.inputs).all()


def test_nothing_is_done_when_nothing_is_asked(diabetes: Dataset) -> None:
    data = prepare(diabetes, seeds=(0,), preprocessing=RAW)
    assert np.array_equal(data.train.inputs[0], diabetes.inputs[data.train.rows[0]])
    assert np.array_equal(data.train.targets[0], diabetes.targets[data.train.rows[0]])
    assert data.description == "inputs as they are"


# --- refusals -------------------------------------------------------------------------------------
Make = Callable[[], PreparedData]


@pytest.mark.parametrize(
    ("make", "title", "where", "remedy"),
    [
        (
            lambda: prepare(load_dataset("diabetes", {}), seeds=(0,), label_noise=LabelNoise("uniform", 0.1)),
            "Label noise needs classes.", "data.label_noise.share", {"data.label_noise.share": 0.0},
        ),
        (
            lambda: prepare(load_dataset("diabetes", {}), seeds=(0,), imbalance=0.5),
            "Imbalance needs classes.", "data.imbalance.ratio", {"data.imbalance.ratio": 1.0},
        ),
        (
            lambda: prepare(load_dataset("iris", {}), seeds=(0,), outliers=Outliers("random", 0.1)),
            "Outliers need targets that are numbers.", "data.outliers.share", {"data.outliers.share": 0.0},
        ),
        (
            lambda: prepare(numbers([[1.0], [2.0]]), seeds=(0,)),
            "The training part is empty.", "data.split",
            {"data.split.train": 1.0, "data.split.validation": 0.0, "data.split.test": 0.0},
        ),
        (
            lambda: prepare(numbers([[1.0]]), seeds=(0,), split=Split(1, 0, 0)),
            "One training sample is too few to standardise the inputs.", "data.preprocessing.inputs",
            {"data.preprocessing.inputs": "none"},
        ),
        (
            lambda: prepare(
                numbers([[1.0]]), seeds=(0,), split=Split(1, 0, 0), preprocessing=Preprocessing("none")
            ),
            "One training sample is too few to standardise the targets.", "data.preprocessing.targets",
            {"data.preprocessing.targets": "none"},
        ),
        (
            lambda: prepare(numbers([[1e200], [-1e200], [0]]), seeds=(0,), split=Split(1, 0, 0)),
            "The inputs are too large to standardise.", "data.preprocessing.inputs",
            {"data.preprocessing.inputs": "unit"},
        ),
        (
            lambda: prepare(
                numbers([[1], [2]], [1e200, -1e200]), seeds=(0,), split=Split(1, 0, 0)
            ),
            "The targets are too large to standardise.", "data.preprocessing.targets",
            {"data.preprocessing.targets": "none"},
        ),
        (
            lambda: prepare(numbers([[1e35], [2]]), seeds=(0,), split=Split(1, 0, 0), preprocessing=RAW),
            "The inputs reach 1e+35, which is too large to train on.", "data.preprocessing.inputs",
            {"data.preprocessing.inputs": "standardize"},
        ),
        (
            lambda: prepare(load_dataset("digits", {}), seeds=range(4000), split=Split(by_run=True)),
            "4000 splits of 1797 samples are too many to hold.", "data.split.by_run",
            {"data.split.by_run": False},
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_prepared_is_refused(
    make: Make, title: str, where: str, remedy: dict[str, object]
) -> None:
    with pytest.raises(ProblemError) as caught:
        make()
    problem = caught.value.problem
    assert problem.title == title
    assert problem.where == where
    assert problem.remedies[0].changes == remedy


def test_one_sample_is_trained_on_as_it_is() -> None:
    data = load_dataset("points", {"inputs": ((1.0,),), "targets": (0.0,)})
    ready = prepare(data, seeds=(0, 1), split=Split(1, 0, 0), preprocessing=RAW)
    assert ready.train.inputs.tolist() == [[[1.0]]]
    assert ready.classes == 2
