"""One sentence about prepared data."""

from __future__ import annotations

from compute.datasets.prepared import PreparedData


def describe(prepared: PreparedData) -> str:
    """Say what the data is, how it was split and how much of it was corrupted.

    Parameters
    ----------
    prepared
        Prepared data; all its variants have the same sizes and counts.

    Examples
    --------
    >>> from compute.datasets import load_dataset
    >>> from compute.datasets.prepare import LabelNoise, prepare
    >>> print(describe(prepare(load_dataset("iris", {}), seeds=(0,), label_noise=LabelNoise(share=0.1))))
    150 samples of 4 features in 3 classes: 104 to train on (10 corrupted), 23 for validation, 23 for test.
    """
    dataset = prepared.dataset
    train, validation, test = (p.samples for p in (prepared.train, prepared.validation, prepared.test))
    features = "1 feature" if dataset.features == 1 else f"{dataset.features} features"
    if prepared.task == "classification":
        targets = f"in {dataset.outputs} classes"
    else:
        targets = f"with {'a number' if dataset.outputs == 1 else f'{dataset.outputs} numbers'} to predict"
    corrupted = int(prepared.train.corrupted[0].sum())
    said = f" ({corrupted} corrupted)" if corrupted else ""
    return (
        f"{train + validation + test} samples of {features} {targets}: {train} to train on{said}, "
        f"{validation} for validation, {test} for test."
    )
