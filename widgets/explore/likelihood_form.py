"""The fields of the likelihood bench: everything that can be dragged can also be typed here."""

from __future__ import annotations

from lab.explore.likelihood import LikelihoodState, sample
from lab.explore.noise import NOISES
from lab.field_spec import FieldSpec

_SCALE_LABELS = {"gaussian": "σ", "laplace": "b", "student_t": "σ"}


def noise_fields(state: LikelihoodState) -> tuple[FieldSpec, ...]:
    """Return the noise and its parameters."""
    choices = tuple((name, label, "") for name, label in NOISES.items())
    fields = [
        FieldSpec("noise", "Noise", "choice", state.noise, choices=choices, help="What the data scatter by.")
    ]
    if state.noise in _SCALE_LABELS:
        middle = 10 * max(1, round(abs(state.location) / 10))
        top = 10.0 if state.scale <= 10 else 1000.0
        fields.append(
            _number("location", "Location μ", state.location, -1e6, 1e6, "The prediction.",
                    slider="linear", slider_low=-middle, slider_high=middle)
        )  # fmt: skip
        fields.append(
            _number("scale", f"Scale {_SCALE_LABELS[state.noise]}", state.scale, 0.0, 1e6, "Its width.",
                    low_open=True, slider="log", slider_high=top,
                    slider_low=0.1 if state.scale >= 0.1 else 1e-3)
        )  # fmt: skip
    if state.noise == "student_t":
        fields.append(
            _number("degrees_of_freedom", "Freedom ν", state.degrees_of_freedom, 0.5, 1000.0,
                    "Few degrees of freedom: heavy tails. Many: Gaussian.",
                    slider="log", slider_low=0.5, slider_high=100.0)
        )  # fmt: skip
    if state.noise == "poisson":
        top = 30.0 if state.rate <= 30 else 1000.0
        fields.append(
            _number("rate", "Rate λ", state.rate, 0.0, 1000.0, "Mean of the counts.", low_open=True,
                    slider="log", slider_low=0.1, slider_high=top)
        )  # fmt: skip
    if state.noise == "bernoulli":
        fields.append(
            _number("probability", "Probability p", state.probability, 0.0, 1.0, "Of a 1.", slider="linear",
                    slider_low=0.0, slider_high=1.0)
        )  # fmt: skip
    if state.noise == "categorical":
        fields.append(
            FieldSpec("probabilities", "Probabilities", "numbers", state.probabilities, low=0.0, high=1.0,
                      help="One a class, 2 to 20 of them; they sum to 1.", allowed="numbers from 0 to 1")
        )  # fmt: skip
    return tuple(fields)


def sample_fields(state: LikelihoodState) -> tuple[FieldSpec, ...]:
    """Return the sample and the outliers, all of their values typeable."""
    points = tuple(float(f"{value:.4g}") for value in sample(state).tolist())
    return (
        FieldSpec(
            "samples", "Points", "int", len(points), low=1, high=5000,
            allowed="a whole number from 1 to 5000", help="Another number draws the sample anew.",
        ),
        FieldSpec(
            "seed", "Seed", "int", state.seed, low=0, high=2**32 - 1,
            allowed="a whole number from 0 to 4294967295", help="Another seed draws the sample anew.",
        ),
        FieldSpec(
            "edited", "Values", "numbers", points, low=-1e9, high=1e9, allowed="numbers, at least one",
            help="The sample, to four digits; type other values to use those.",
        ),
        FieldSpec(
            "outliers", "Outliers", "numbers", state.outliers, low=-1e9, high=1e9, optional=True,
            empty_text="none", allowed="numbers", help="Values added to the sample.",
        ),
    )  # fmt: skip


def estimator_fields(state: LikelihoodState) -> tuple[FieldSpec, ...]:
    """Return the parameters of Huber's and the quantile estimator; none for categories."""
    if state.noise == "categorical":
        return ()
    return (
        _number("delta", "Huber k", state.delta, 0.0, 1e6,
                "Where Huber's loss turns from squared to absolute, in scales of the noise.",
                low_open=True, slider="log", slider_low=0.01, slider_high=max(10.0, state.delta)),
        _number("tau", "Quantile τ", state.tau, 0.0, 1.0, "Which quantile: 0.5 is the median.",
                slider="linear", slider_low=0.0, slider_high=1.0),
    )  # fmt: skip


def _number(
    path: str, label: str, value: float, low: float, high: float, text: str, *, low_open: bool = False,
    slider: str = "", slider_low: float = 0.0, slider_high: float = 1.0,
) -> FieldSpec:  # fmt: skip
    bound = f"above {low:g} and at most {high:g}" if low_open else f"from {low:g} to {high:g}"
    return FieldSpec(
        path, label, "float", value, low=low, high=high, low_open=low_open, help=text,
        slider=slider, slider_low=slider_low, slider_high=slider_high,  # type: ignore[arg-type]
        allowed=f"a number {bound}",
    )  # fmt: skip
