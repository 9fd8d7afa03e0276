from __future__ import annotations

from compute.datasets import load_dataset
from compute.datasets.facts import describe
from compute.datasets.prepare import Outliers, Split, prepare


def test_the_sentence() -> None:
    diabetes = prepare(load_dataset("diabetes", {}), seeds=(0,))
    assert describe(diabetes) == (
        "442 samples of 10 features with a number to predict: "
        "308 to train on, 67 for validation, 67 for test."
    )
    line = load_dataset("line", {"samples": 100})
    bent = prepare(line, seeds=(0,), split=Split(1, 0, 0), outliers=Outliers("leverage", 0.1))
    assert describe(bent) == (
        "100 samples of 1 feature with a number to predict: "
        "100 to train on (10 corrupted), 0 for validation, 0 for test."
    )
