"""Claims of texts on MSE, MAE and cross-entropy as likelihoods."""

from __future__ import annotations

from lab.explore.choice import chosen
from lab.explore.claim import Claim
from lab.explore.curves import CurvesState
from lab.explore.efficiency import EfficiencyState
from lab.explore.likelihood import LikelihoodState
from lab.explore.numerics import NumericsState

_NUMBERS = chosen("squared_error", "absolute_error", "huber")
_RESIDUAL = CurvesState("Over the residual", _NUMBERS, "residual", target=0.0, point=0.5)
_ERROR = CurvesState("Over the error", chosen("binary_cross_entropy"), "error", point=0.01)
_PAIR = chosen("binary_cross_entropy", "squared_error_sigmoid")

OUTLIERS = LikelihoodState(
    "gaussian",
    edited=(
        -1.62, -1.21, -0.94, -0.72, -0.53, -0.36, -0.21, -0.08, 0.05, 0.13, 0.204, 0.419, 0.52, 0.61, 0.72,
        0.83, 0.96, 1.12, 1.33, 1.557,
    ),
    outliers=(10.0, 10.0, 10.0),
)  # fmt: skip
"""Twenty points with mean 0.139 and median 0.167, and three outliers at 10."""

LIKELIHOODS: tuple[Claim, ...] = (
    Claim(
        "2.1", "Loss, cost and objective are three names.", "right",
        "Loss is of a sample, cost its mean, objective the cost with penalties. All three are told apart "
        "here.",
        _RESIDUAL,
    ),
    Claim(
        "2.2", "Gaussian noise with σ = 1 gives half the sum of squares.", "right",
        "And (N/2) ln 2π: 0.918939 for each sample.", LikelihoodState("gaussian"),
    ),
    Claim(
        "2.3", "MSE is unsuitable for classes.", "overstated",
        "On probabilities it is a proper score. What hurts is saturation: where a sigmoid is sure and "
        "wrong, its gradient is nearly 0.", CurvesState("Saturation at the wrong end", _PAIR),
    ),
    Claim(
        "2.4", "Laplace noise with b = 1 gives the absolute error.", "right",
        "The density ½ e^(−|e|) gives Σ|e| and N ln 2: 0.693147 for each sample.",
        LikelihoodState("laplace"),
    ),
    Claim(
        "2.5", "The gradient of MSE is −ŷ.", "wrong",
        "It is 2(ŷ − y), of half the square ŷ − y. The absolute error has sign(ŷ − y), and at 0 anything "
        "from −1 to 1; here 0.", _RESIDUAL,
    ),
    Claim(
        "2.6", "MSE converges faster; the gradient of MAE stays 1 near the optimum.", "right",
        "With a fixed rate η half the square shrinks the error by 1 − η a step, while the absolute error "
        "moves by η and ends in a cycle of width η: from 5.03 with η = 0.1 between 0.03 and −0.07. A mean "
        "over samples shrinks its gradient, but not to 0.", _RESIDUAL,
    ),
    Claim(
        "2.7", "A decaying learning rate cures that.", "incomplete",
        "In principle. The decay must match: one that is too slow can be worse than the fixed rate for a "
        "long time.", _RESIDUAL,
    ),
    Claim(
        "2.8", "MAE is robust to outliers: linear against squared.", "right",
        "At an error of 10 it is 10 against 100, but below 1 the square is the smaller. Three outliers at "
        "10 move the mean of these 20 points from 0.139 to 1.425, the median from 0.167 to 0.419.",
        OUTLIERS,
    ),
    Claim(
        "2.9", "With outliers, a Laplace fit holds where a Gaussian one is pulled away.", "right",
        "It is the same statement about densities: the location of largest likelihood is the median for "
        "Laplace, the mean for Gaussian noise.", LikelihoodState("laplace", outliers=(10.0, 10.0, 10.0)),
    ),
    Claim(
        "2.10", "A Bernoulli likelihood gives binary cross-entropy.", "right",
        "Its negative logarithm is binary cross-entropy itself, without factor or constant.",
        LikelihoodState("bernoulli"),
    ),
    Claim(
        "2.11", "Cross-entropy grows exponentially with the error.", "wrong",
        "−ln(1 − e) grows logarithmically: 2.3026 at 0.9, 4.6052 at 0.99, 6.9078 at 0.999, each nine "
        "adding ln 10. In the logit it is the softplus, in the end linear. It is 1 − e that is exponential "
        "in L.", _ERROR,
    ),
    Claim(
        "2.12",
        "Softmax lies within (0, 1) and sums to 1; its loss is −Σ ln of the label's entry.", "incomplete",
        "In exact arithmetic. In floating point outputs do reach exactly 0 and 1.",
        NumericsState((120.0, 0.0), 1),
    ),
    Claim(
        "2.13", "Regularisers are part of the objective.", "right",
        "The objective is the mean loss and the penalty; both are recorded apart.", _RESIDUAL,
    ),
    Claim(
        "2.14", "MAE is robust to outliers of any kind.", "overstated",
        "Only to outlying targets, and to fewer than half: a location's median and Huber hold with 50 bad "
        "points of 101 and break with 51. Outlying inputs can break a line fitted by MAE or Huber as they "
        "break MSE.", EfficiencyState("contaminated"),
    ),
)  # fmt: skip
