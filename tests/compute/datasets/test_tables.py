from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from sklearn import datasets

from compute.datasets import DATASETS, bundled, load_dataset
from compute.problems import ProblemError


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "digits"])
def test_tables_are_scikit_learns(name: str) -> None:
    bunch = getattr(datasets, f"load_{name}")()
    data = load_dataset(name, {})
    assert np.array_equal(data.inputs, bunch.data)
    assert np.array_equal(data.targets, bunch.target)
    assert data.target_names == tuple(str(n) for n in bunch.target_names)
    assert data.feature_names == tuple(bunch.feature_names)
    assert data.inputs.flags.c_contiguous


def test_diabetes_is_in_its_own_units() -> None:
    data = load_dataset("diabetes", {})
    bunch = datasets.load_diabetes(scaled=False)
    assert np.array_equal(data.inputs, bunch.data)
    assert data.feature_names == tuple(bunch.feature_names)
    assert data.inputs[0, 0] == 59.0
    assert data.targets[:2, 0].tolist() == [151.0, 75.0]
    x = (data.inputs - data.inputs.mean(0)) / data.inputs.std(0)
    y = (data.targets - data.targets.mean()) / data.targets.std()
    weights, *_ = np.linalg.lstsq(x, y, rcond=None)
    # The least squares optimum that lesson 8 is held against.
    assert np.mean((x @ weights - y) ** 2) == pytest.approx(0.48225158, abs=1e-8)


def test_chosen_features_and_classes() -> None:
    whole = load_dataset("iris", {})
    data = load_dataset("iris", {"features": (3.0, 2.0), "classes": (2.0, 0.0)})
    kept = whole.targets != 1
    assert np.array_equal(data.inputs, whole.inputs[kept][:, [3, 2]])
    assert np.array_equal(data.targets, (whole.targets[kept] == 0).astype(int))
    assert data.target_names == ("virginica", "setosa")
    assert data.feature_names == ("petal width (cm)", "petal length (cm)")
    assert any("2 of 4 features" in note for note in data.notes)
    assert any("100 of 150 samples" in note for note in data.notes)


@pytest.mark.parametrize(
    ("parameters", "title", "where"),
    [
        ({"features": (4.0,)}, "There is no feature 4.", "data.features"),
        ({"features": (-1.0,)}, "There is no feature -1.", "data.features"),
        ({"features": (0.5,)}, "There is no feature 0.5.", "data.features"),
        ({"features": (1.0, 1.0)}, "A feature is listed twice.", "data.features"),
        ({"classes": (0.0, 3.0)}, "There is no class 3.", "data.classes"),
        ({"classes": (1.0,)}, "One class alone cannot be learned.", "data.classes"),
    ],
)
def test_wrong_choices_are_refused(parameters: dict[str, tuple[float, ...]], title: str, where: str) -> None:
    with pytest.raises(ProblemError) as caught:
        load_dataset("iris", parameters)
    assert caught.value.problem.title == title
    assert caught.value.problem.where == where


def test_no_table_nor_drawn_set_imports_scikit_learn() -> None:
    names = [name for name in DATASETS if name != "file"]
    program = f"""
import sys
from compute.datasets import load_dataset
for name in {names}:
    load_dataset(name, {{}})
print([name for name in ("sklearn", "scipy", "polars") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_table_that_does_not_exist_and_a_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyError):
        bundled.read_table("titanic")
    monkeypatch.setattr(bundled.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(ModuleNotFoundError, match="scikit-learn"):
        bundled.read_table("iris")
