"""Drawn data sets with classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.datasets.base import Dataset, DatasetCard, check_size
from compute.datasets.drawn import make_blobs, make_circles, make_moons
from compute.declaration import Parameter

MOST_SAMPLES = 1_000_000


def samples_parameter(default: int) -> Parameter:
    """Declare the number of samples N."""
    return Parameter(
        "samples",
        "Samples",
        "int",
        default,
        low=2,
        high=MOST_SAMPLES,
        help="How many samples are drawn, before the split.",
    )


def _noise(default: float, text: str) -> Parameter:
    return Parameter("noise", "Noise", "float", default, low=0, high=10, help=text, slider="linear")


def _legacy_seed(generator: np.random.Generator) -> int:
    """Draw the integer that scikit-learn's ``random_state`` takes."""
    return int(generator.integers(2**32))


def _planar(name: str, inputs: NDArray[np.float64], labels: NDArray[Any], classes: int) -> Dataset:
    return Dataset(
        name,
        "classification",
        np.ascontiguousarray(inputs, dtype=np.float64),
        np.asarray(labels, dtype=np.int64),
        tuple(f"x{i + 1}" for i in range(inputs.shape[1])),
        tuple(str(k) for k in range(classes)),
    )


def load_moons(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    """Draw two interleaving half circles (``sklearn.datasets.make_moons``); (N, 2), 2 classes."""
    inputs, labels = make_moons(parameters["samples"], parameters["noise"], _legacy_seed(generator))
    return _planar("moons", inputs, labels, 2)


def load_circles(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    """Draw a circle inside another (``sklearn.datasets.make_circles``); (N, 2), 2 classes."""
    inputs, labels = make_circles(
        parameters["samples"], parameters["noise"], parameters["factor"], _legacy_seed(generator)
    )
    return _planar("circles", inputs, labels, 2)


def load_blobs(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    """Draw Gaussian clusters around random centres (``sklearn.datasets.make_blobs``); (N, D), K classes."""
    check_size(parameters["samples"], parameters["features"], "data.features")
    inputs, labels = make_blobs(
        parameters["samples"],
        parameters["features"],
        parameters["classes"],
        parameters["cluster_std"],
        _legacy_seed(generator),
    )
    return _planar("blobs", inputs, labels, parameters["classes"])


def _even_labels(samples: int, classes: int) -> NDArray[np.int64]:
    """Return labels whose class counts differ by at most one."""
    return np.arange(samples, dtype=np.int64) % classes


def load_spirals(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    """Draw K spiral arms, uniform along the radius from 0 to 1, with Gaussian noise; (N, 2)."""
    classes = parameters["classes"]
    labels = _even_labels(parameters["samples"], classes)
    radius = generator.random(len(labels))
    angle = 2 * np.pi * (parameters["turns"] * radius + labels / classes)
    inputs = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    inputs += parameters["noise"] * generator.standard_normal(inputs.shape)
    return _planar("spirals", inputs, labels, classes)


def load_xor(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    """Draw Gaussian clouds around (±1, ±1), class 1 where the signs differ; (N, 2), 2 classes."""
    corner = _even_labels(parameters["samples"], 4)
    first, second = corner % 2, corner // 2
    inputs = np.column_stack([2.0 * first - 1, 2.0 * second - 1])
    inputs += parameters["noise"] * generator.standard_normal(inputs.shape)
    return _planar("xor", inputs, first ^ second, 2)


def load_checkerboard(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    """Draw points uniformly on [−1, 1]², class by the colour of their square; (N, 2), 2 classes.

    Noise moves the points after they have their class, so that the squares' edges blur.
    """
    cells = parameters["cells"]
    inputs = generator.uniform(-1, 1, (parameters["samples"], 2))
    square = np.minimum(((inputs + 1) / 2 * cells).astype(np.int64), cells - 1)
    inputs += parameters["noise"] * generator.standard_normal(inputs.shape)
    return _planar("checkerboard", inputs, square.sum(axis=1) % 2, 2)


def load_gaussian_classes(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    """Draw one round Gaussian cloud a class around random means; (K · samples_per_class, D).

    The means are random directions of length ``mean_scale`` (``sphere``), or normal with that deviation
    in every coordinate (``normal``).
    """
    classes, features = parameters["classes"], parameters["features"]
    check_size(classes * parameters["samples_per_class"], features, "data.samples_per_class")
    means = generator.standard_normal((classes, features))
    if parameters["means"] == "sphere":
        means /= np.linalg.norm(means, axis=1, keepdims=True)
    means *= parameters["mean_scale"]
    labels = _even_labels(classes * parameters["samples_per_class"], classes)
    inputs = means[labels] + parameters["deviation"] * generator.standard_normal((len(labels), features))
    return _planar("gaussian_classes", inputs, labels, classes)


MOONS = DatasetCard(
    name="moons",
    label="Two moons",
    short="Moons",
    help="Two interleaving half circles: needs a curved boundary.",
    parameters=(samples_parameter(400), _noise(0.2, "Deviation of the Gaussian noise on both coordinates.")),
    reference="sklearn.datasets.make_moons",
    family="classes",
    task="classification",
    random=True,
    load=load_moons,
)
CIRCLES = DatasetCard(
    name="circles",
    label="Circles",
    short="Circles",
    help="A circle inside another: no straight line does better than chance.",
    parameters=(
        samples_parameter(400),
        _noise(0.1, "Deviation of the Gaussian noise on both coordinates."),
        Parameter(
            "factor",
            "Inner radius",
            "float",
            0.5,
            low=0,
            high=1,
            high_open=True,
            unit="of the outer",
            help="Radius of the inner circle; the outer has radius 1.",
            slider="linear",
        ),
    ),
    reference="sklearn.datasets.make_circles",
    family="classes",
    task="classification",
    random=True,
    load=load_circles,
)
BLOBS = DatasetCard(
    name="blobs",
    label="Blobs",
    short="Blobs",
    help="Gaussian clusters around centres drawn in a box from −10 to 10.",
    parameters=(
        samples_parameter(400),
        Parameter("classes", "Classes", "int", 3, low=2, high=1000, help="Number of clusters."),
        Parameter("features", "Features", "int", 2, low=1, high=1000, help="Dimensions."),
        Parameter(
            "cluster_std",
            "Spread",
            "float",
            1.5,
            low=0,
            high=100,
            help="Deviation of each cluster in every dimension.",
            slider="linear",
        ),
    ),
    reference="sklearn.datasets.make_blobs",
    family="classes",
    task="classification",
    random=True,
    load=load_blobs,
)
SPIRALS = DatasetCard(
    name="spirals",
    label="Spirals",
    short="Spirals",
    help="Arms of a spiral wound into each other: hard without several hidden units.",
    parameters=(
        samples_parameter(600),
        Parameter("classes", "Arms", "int", 2, low=2, high=20, help="One class an arm."),
        Parameter(
            "turns", "Turns", "float", 1.5, low=0, high=10, slider="linear",
            help="Turns of an arm from the middle to radius 1.",
        ),
        _noise(0.03, "Deviation of the Gaussian noise on both coordinates."),
    ),
    family="classes",
    task="classification",
    random=True,
    load=load_spirals,
)  # fmt: skip
XOR = DatasetCard(
    name="xor",
    label="XOR",
    short="XOR",
    help="Four clouds at (±1, ±1), opposite corners in one class: the smallest task that no line solves.",
    parameters=(samples_parameter(400), _noise(0.4, "Deviation of each cloud.")),
    family="classes",
    task="classification",
    random=True,
    load=load_xor,
)
CHECKERBOARD = DatasetCard(
    name="checkerboard",
    label="Checkerboard",
    short="Checker",
    help="Squares of alternating class: many boundaries at once.",
    parameters=(
        samples_parameter(1000),
        Parameter("cells", "Squares a side", "int", 4, low=2, high=50, help="Squares along each side."),
        _noise(0.0, "Deviation by which points move after they have their class; the board is 2 wide."),
    ),
    family="classes",
    task="classification",
    random=True,
    load=load_checkerboard,
)
GAUSSIAN_CLASSES = DatasetCard(
    name="gaussian_classes",
    label="Gaussian classes",
    short="Gaussians",
    help="One round Gaussian cloud a class in any number of dimensions: the best classifier is known.",
    parameters=(
        Parameter("classes", "Classes", "int", 4, low=2, high=10_000, help="Number of clouds."),
        Parameter("features", "Features", "int", 10, low=1, high=10_000, help="Dimensions."),
        Parameter(
            "samples_per_class", "Per class", "int", 150, low=1, high=MOST_SAMPLES,
            help="Samples of every class, before the split.",
        ),
        Parameter(
            "means", "Means", "choice", "normal",
            choices=(("normal", "Normal coordinates"), ("sphere", "Random directions")),
            help="Normal: every coordinate of a mean is drawn; random directions: all means have one length.",
        ),
        Parameter(
            "mean_scale", "Means' scale", "float", 1.0, low=0, high=1000,
            help="Deviation of a mean's coordinates, or the length of the means.",
        ),
        Parameter(
            "deviation", "Spread", "float", 1.5, low=0, high=1000,
            help="Deviation of a cloud in every dimension.", slider="linear",
        ),
    ),
    family="classes",
    task="classification",
    random=True,
    load=load_gaussian_classes,
)  # fmt: skip
