"""Claims of texts on maximum likelihood and information theory."""

from __future__ import annotations

from lab.explore.choice import chosen
from lab.explore.claim import Claim
from lab.explore.curves import CurvesState
from lab.explore.information import InformationState
from lab.explore.likelihood import LikelihoodState
from lab.explore.numerics import PRESETS as NUMBERS
from lab.explore.numerics import NumericsState
from lab.explore.table_presets import PRESETS

_PICKED = PRESETS["picked"][1]
_CATEGORICAL = LikelihoodState("categorical")

INFORMATION: tuple[Claim, ...] = (
    Claim(
        "4.1", "Maximum likelihood maximises P(θ | X).", "wrong",
        "It maximises P(X | θ). P(θ | X) is the posterior, whose maximum is the MAP estimate.",
        LikelihoodState("gaussian"),
    ),
    Claim(
        "4.2", "Normal noise leads to Σ ½ ln(2πσ²) + (y − ŷ)²/2σ² and so to MSE.", "right",
        "σ only scales and shifts it.", LikelihoodState("gaussian", scale=0.5),
    ),
    Claim(
        "4.3", "Softmax outputs assume no distribution.", "wrong",
        "They are the parameters of a categorical distribution, and picking the label's entry is its "
        "likelihood.", _CATEGORICAL,
    ),
    Claim(
        "4.4",
        "(0.1, 0.7, 0.2) with label 2 gives ln 0.7, (0.5, 0.2, 0.3) with label 3 gives ln 0.3.",
        "incomplete",
        "The loss has the minus: 0.356675 and 1.203973.", _PICKED,
    ),
    Claim(
        "4.5", "The product over samples becomes a sum of cross-entropies.", "right",
        "The logarithm of a product is a sum; the mean of the losses is that sum over N.", _PICKED,
    ),
    Claim(
        "4.6", "Of the two terms of the logistic loss one is 0.", "incomplete",
        "For labels 0 and 1. With a target between them both count.",
        CurvesState("A soft target", chosen("binary_cross_entropy"), "prediction", target=0.3, point=0.3),
    ),
    Claim(
        "4.7", "n × K outputs give n losses, of which the mean is taken.", "right",
        "One loss a row, and the mean below.", _PICKED,
    ),
    Claim(
        "4.8", "Information is log 1/P: 0 at P = 1, ∞ at P = 0.", "right",
        "In nats with the natural logarithm, in bits with that to base 2: a bit is ln 2 = 0.693147 nats.",
        InformationState((1.0, 0.0), (0.5, 0.5)),
    ),
    Claim(
        "4.9", "Entropy is largest for equal, 0 for one-hot probabilities.", "right",
        "Three equal classes have ln 3 = 1.098612 nats = 1.584963 bits.",
        InformationState((1 / 3,) * 3, (1 / 3,) * 3, "bits"),
    ),
    Claim(
        "4.10", "Cross-entropy is least at P = Q, and 0 there.", "wrong",
        "It is least there, but H(P): 0 only for one-hot P. For P = (0.1, 0.7, 0.2) and Q = (0.2, 0.7, "
        "0.1) it is 0.871133 = 0.801819 + 0.069315, entropy and divergence.", InformationState(),
    ),
    Claim(
        "4.11", "exp overflows.", "right",
        "Above 88.722839 in float32 and 709.782713 in float64.", NumericsState((100.0, 0.0), 1),
    ),
    Claim(
        "4.12", "Subtracting the largest prevents overflow, but underflow gives log 0.", "right",
        "(1000, 0, −1000) then gives (0, ∞, ∞), without it NaN. Powers below −103.97 (float32) and −745.13 "
        "(float64) are 0.", NUMBERS["overflow"][1],
    ),
    Claim(
        "4.13", "Log-sum-exp cures it without any exponential.", "incomplete",
        "It does cure it: (0, 1000, 2000). Exponentials are still taken, of numbers up to 0; only that of "
        "the numerator cancels.", NUMBERS["overflow"][1],
    ),
    Claim(
        "4.14", "Clipping probabilities cures it.", "wrong",
        "It hides it: at a gap of 40 the clip 1e-7 holds the loss at 16.1181 with a gradient of exactly 0, "
        "where 40 and −1 are right. Naive float32 at a gap of 120 gives ∞ and NaN.", NUMBERS["clip"][1],
    ),
)  # fmt: skip
