"""The real tables that come with scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from compute.datasets.base import Dataset, DatasetCard
from compute.datasets.bundled import FEATURES, read_table
from compute.declaration import Parameter
from compute.problems import Problem, ProblemError


def _whole(values: Sequence[float], key: str, count: int, noun: str, names: Sequence[str]) -> list[int]:
    """Return the listed indices, or all of them where none is listed."""
    if not values:
        return list(range(count))
    for value in values:
        if value != int(value) or not 0 <= value < count:
            listed = ", ".join(f"{i} {name}" for i, name in enumerate(names[:12]))
            more = " …" if count > 12 else ""
            raise ProblemError(
                Problem(
                    f"There is no {noun} {value:g}.", f"It is a whole number: {listed}{more}.", f"data.{key}"
                )
            )
    indices = [int(value) for value in values]
    if len(set(indices)) != len(indices):
        raise ProblemError(
            Problem(f"A {noun} is listed twice.", "Each number may appear once.", f"data.{key}")
        )
    return indices


def _subset(dataset: Dataset, parameters: Mapping[str, Any]) -> Dataset:
    """Keep the listed features and classes; classes are numbered anew in the order listed."""
    columns = _whole(parameters["features"], "features", dataset.features, "feature", dataset.feature_names)
    if len(columns) < dataset.features:
        names = tuple(dataset.feature_names[i] for i in columns)
        shown = ", ".join(names[:4]) + (" …" if len(names) > 4 else "")
        dataset = replace(
            dataset,
            inputs=np.ascontiguousarray(dataset.inputs[:, columns]),
            feature_names=names,
            notes=(*dataset.notes, f"{len(names)} of {dataset.features} features used: {shown}"),
        )
    if dataset.task == "regression":
        return dataset
    classes = _whole(parameters["classes"], "classes", dataset.outputs, "class", dataset.target_names)
    if len(classes) < 2:
        raise ProblemError(
            Problem(
                "One class alone cannot be learned.", "List two or more classes, or none.", "data.classes"
            )
        )
    if len(classes) < dataset.outputs:
        renumber = np.full(dataset.outputs, -1)
        renumber[classes] = np.arange(len(classes))
        labels = renumber[dataset.targets]
        kept = labels >= 0
        names = tuple(dataset.target_names[k] for k in classes)
        dataset = replace(
            dataset,
            inputs=dataset.inputs[kept],
            targets=labels[kept].astype(np.int64),
            target_names=names,
            notes=(
                *dataset.notes,
                f"{len(names)} of {dataset.outputs} classes used: {', '.join(names)}; "
                f"{int(kept.sum())} of {len(kept)} samples",
            ),
        )
    return dataset


def _loader(name: str) -> Callable[[Mapping[str, Any], np.random.Generator], Dataset]:
    def load(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
        inputs, targets, target_names = read_table(name)
        regression = name == "diabetes"
        dataset = Dataset(
            name,
            "regression" if regression else "classification",
            inputs,
            targets[:, None] if regression else targets.astype(np.int64),
            FEATURES[name],
            target_names,
        )
        return _subset(dataset, parameters)

    load.__doc__ = f"Load scikit-learn's bundled {name} table in its own units."
    return load


_FEATURES = Parameter(
    "features", "Features", "numbers", (),
    help="Column numbers to keep, counted from 0; empty keeps all. With one or two the fit can be drawn.",
)  # fmt: skip
_CLASSES = Parameter(
    "classes", "Classes", "numbers", (), help="Class numbers to keep, counted from 0; empty keeps all."
)

IRIS = DatasetCard(
    name="iris",
    label="Iris",
    short="Iris",
    help="150 flowers of 3 species by 4 lengths in cm. Species 0 is separable from the others.",
    parameters=(_FEATURES, _CLASSES),
    reference="Fisher 1936; sklearn.datasets.load_iris",
    family="tables",
    task="classification",
    load=_loader("iris"),
)
WINE = DatasetCard(
    name="wine",
    label="Wine",
    short="Wine",
    help="178 wines of 3 growers by 13 chemical measurements in very different units.",
    parameters=(_FEATURES, _CLASSES),
    reference="UCI; sklearn.datasets.load_wine",
    family="tables",
    task="classification",
    load=_loader("wine"),
)
BREAST_CANCER = DatasetCard(
    name="breast_cancer",
    label="Breast cancer",
    short="Cancer",
    help="569 tumours, malignant or benign, by 30 measurements of cell nuclei.",
    parameters=(_FEATURES, _CLASSES),
    reference="UCI, Wisconsin diagnostic; sklearn.datasets.load_breast_cancer",
    family="tables",
    task="classification",
    load=_loader("breast_cancer"),
)
DIGITS = DatasetCard(
    name="digits",
    label="Digits",
    short="Digits",
    help="1797 handwritten digits as 8 × 8 pixels from 0 to 16.",
    parameters=(_FEATURES, _CLASSES),
    reference="UCI; sklearn.datasets.load_digits",
    family="tables",
    task="classification",
    load=_loader("digits"),
)
DIABETES = DatasetCard(
    name="diabetes",
    label="Diabetes",
    short="Diabetes",
    help="442 patients by 10 measurements in their own units; the target is its progress in a year.",
    parameters=(_FEATURES,),
    reference="Efron et al. 2004; sklearn.datasets.load_diabetes(scaled=False)",
    family="tables",
    task="regression",
    load=_loader("diabetes"),
)
