"""Drawn data sets with numbers as targets, and the kinds of noise on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.datasets.base import Dataset, DatasetCard, check_size
from compute.datasets.classes import samples_parameter
from compute.datasets.drawn import make_regression
from compute.declaration import Parameter
from compute.problems import Problem, ProblemError


def draw_noise(
    generator: np.random.Generator, kind: str, scale: float, degrees_of_freedom: float, size: int
) -> NDArray[np.float64]:
    """Draw noise with location 0.

    Parameters
    ----------
    generator
        Where it is drawn from.
    kind
        ``"gaussian"``: deviation ``scale``; ``"laplace"``: density exp(−|e|/scale)/(2 scale), deviation
        √2 scale; ``"student_t"``: ``scale`` times a t variable, deviation scale √(ν/(ν−2)) for ν > 2.
    scale
        Scale, at least 0, in units of the target.
    degrees_of_freedom
        ν of Student-t.
    size
        How many.

    Returns
    -------
    ndarray
        (size,) float64.

    Raises
    ------
    ValueError
        For an unknown kind.
    """
    if kind == "gaussian":
        return np.asarray(scale * generator.standard_normal(size))
    if kind == "laplace":
        return np.asarray(scale * generator.laplace(0.0, 1.0, size))
    if kind == "student_t":
        return np.asarray(scale * generator.standard_t(degrees_of_freedom, size))
    raise ValueError(f"unknown noise {kind!r}")


def _noisy(parameters: Mapping[str, Any], generator: np.random.Generator, size: int) -> NDArray[np.float64]:
    noise = draw_noise(
        generator, parameters["noise"], parameters["scale"], parameters["degrees_of_freedom"], size
    )
    if not np.isfinite(noise).all():
        raise ProblemError(
            Problem(
                "The noise overflowed.",
                f"Student-t with {parameters['degrees_of_freedom']:g} degrees of freedom draws numbers too "
                "large to store; 1 or more works.",
                "data.degrees_of_freedom",
            )
        )
    return noise


def _interval(parameters: Mapping[str, Any], generator: np.random.Generator) -> NDArray[np.float64]:
    low, high = parameters["low"], parameters["high"]
    if not low < high:
        raise ProblemError(
            Problem(
                f"The range of x is empty: from {low:g} to {high:g}.",
                "The lower end must be below the upper end.",
                "data.low",
            )
        )
    return np.asarray(generator.uniform(low, high, parameters["samples"]))


def load_line(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    """Draw y = slope · x + intercept + noise with x uniform on [low, high]; (N, 1)."""
    x = _interval(parameters, generator)
    y = parameters["slope"] * x + parameters["intercept"] + _noisy(parameters, generator, len(x))
    return Dataset("line", "regression", x[:, None], y[:, None], ("x",), ("y",))


def load_sine(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    """Draw y = amplitude · sin(2π · frequency · x) + noise with x uniform on [low, high]; (N, 1)."""
    x = _interval(parameters, generator)
    y = parameters["amplitude"] * np.sin(2 * np.pi * parameters["frequency"] * x)
    y += _noisy(parameters, generator, len(x))
    return Dataset("sine", "regression", x[:, None], y[:, None], ("x",), ("y",))


def load_linear_regression(parameters: Mapping[str, Any], generator: np.random.Generator) -> Dataset:
    """Draw a linear target of many features (``sklearn.datasets.make_regression``) with noise; (N, D)."""
    features, informative = parameters["features"], parameters["informative"]
    samples, carrying, seed = (
        parameters["samples"],
        min(informative, features),
        int(generator.integers(2**32)),
    )
    check_size(samples, features, "data.features")
    if parameters["effective_rank"] is None:
        inputs, y = make_regression(samples, features, carrying, parameters["bias"], seed)
    else:
        inputs, y = _low_rank(parameters, carrying, seed)
    notes: tuple[str, ...] = ()
    if informative > features:
        notes = (f"all {features} features carry signal ({informative} were asked for)",)
    y = y + _noisy(parameters, generator, len(y))
    names = tuple(f"x{i + 1}" for i in range(features))
    return Dataset("linear_regression", "regression", inputs, y[:, None], names, ("y",), notes)


def _low_rank(
    parameters: Mapping[str, Any], informative: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw inputs that are correlated, so that few directions carry most of their variance."""
    from sklearn.datasets import make_regression as make_with_rank

    inputs, y = make_with_rank(
        parameters["samples"],
        n_features=parameters["features"],
        n_informative=informative,
        bias=parameters["bias"],
        effective_rank=parameters["effective_rank"],
        shuffle=True,
        random_state=seed,
    )
    return inputs, y


def _noise_parameters(scale: float) -> tuple[Parameter, ...]:
    return (
        Parameter(
            "noise", "Noise", "choice", "gaussian",
            choices=(("gaussian", "Gaussian"), ("laplace", "Laplace"), ("student_t", "Student-t")),
            help="Distribution of the noise on the target.",
        ),
        Parameter(
            "scale", "Noise scale", "float", scale, low=0, high=1e6,
            help="Deviation of Gaussian noise; scale of Laplace (deviation √2 times it) and of Student-t.",
            slider="linear",
        ),
        Parameter(
            "degrees_of_freedom", "Degrees of freedom", "float", 3.0, low=0.1, high=1000,
            help="Student-t only: fewer means heavier tails; 1 is Cauchy, and up to 2 there is no variance.",
            visible_when=("noise", ("student_t",)), slider="log",
        ),
    )  # fmt: skip


_RANGE_HELP = "x is drawn uniformly between the two ends."

LINE = DatasetCard(
    name="line",
    label="Line",
    short="Line",
    help="A straight line with noise: what a loss does to slope and intercept can be read off.",
    formula=r"y = a x + b + \varepsilon",
    parameters=(
        samples_parameter(100),
        Parameter("slope", "Slope", "float", 2.0, low=-1e6, high=1e6, help="a."),
        Parameter("intercept", "Intercept", "float", 1.0, low=-1e6, high=1e6, help="b."),
        Parameter("low", "x from", "float", -3.0, low=-1e6, high=1e6, help=_RANGE_HELP),
        Parameter("high", "x to", "float", 3.0, low=-1e6, high=1e6, help=_RANGE_HELP),
        *_noise_parameters(0.3),
    ),
    family="curves",
    task="regression",
    random=True,
    load=load_line,
)
SINE = DatasetCard(
    name="sine",
    label="Sine",
    short="Sine",
    help="A sine wave with noise: a curve that a small network can fit.",
    formula=r"y = A \sin(2 \pi f x) + \varepsilon",
    parameters=(
        samples_parameter(200),
        Parameter("amplitude", "Amplitude", "float", 1.0, low=-1e6, high=1e6, help="A."),
        Parameter(
            "frequency", "Frequency", "float", 0.5, low=0, high=1000, help="f: periods for each unit of x."
        ),
        Parameter("low", "x from", "float", -2.0, low=-1e6, high=1e6, help=_RANGE_HELP),
        Parameter("high", "x to", "float", 2.0, low=-1e6, high=1e6, help=_RANGE_HELP),
        *_noise_parameters(0.2),
    ),
    family="curves",
    task="regression",
    random=True,
    load=load_sine,
)
LINEAR_REGRESSION = DatasetCard(
    name="linear_regression",
    label="Linear regression",
    short="Linear",
    help="A linear target of many normal features, some of which carry no signal, with noise.",
    formula=r"y = w^\top x + b + \varepsilon",
    parameters=(
        samples_parameter(500),
        Parameter("features", "Features", "int", 10, low=1, high=10_000, help="Dimensions."),
        Parameter(
            "informative", "Informative", "int", 10, low=1, high=10_000, unit="features",
            help="Features that carry signal; the others have weight 0.",
        ),
        Parameter("bias", "Intercept", "float", 0.0, low=-1e6, high=1e6, help="b."),
        Parameter(
            "effective_rank", "Effective rank", "int", None, low=1, high=10_000,
            help="About this many directions explain the inputs (ill-conditioned); without it all do.",
        ),
        *_noise_parameters(10.0),
    ),
    reference="sklearn.datasets.make_regression",
    family="curves",
    task="regression",
    random=True,
    load=load_linear_regression,
)  # fmt: skip
