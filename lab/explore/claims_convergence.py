"""Claims of texts that ask which of MSE and cross-entropy converges better."""

from __future__ import annotations

from lab.explore.choice import chosen
from lab.explore.claim import Claim
from lab.explore.curves import CurvesState
from lab.explore.likelihood import LikelihoodState
from lab.explore.table_presets import PRESETS

_PAIR = chosen("binary_cross_entropy", "squared_error_sigmoid")
_OVER_P = CurvesState("Over the prediction", _PAIR, "prediction", target=0.0, point=0.5, zero_one=False)
_MIRRORED = CurvesState("Target 1", _PAIR, "prediction", target=1.0, point=0.5, zero_one=False)
_SLOPES = CurvesState(
    "Both slopes", _PAIR, "prediction", target=0.0, point=0.5, upper="slope_prediction", lower="slope_output"
)
_OVER_Z = CurvesState("Saturation at the wrong end", _PAIR)
_GAUSSIAN = LikelihoodState("gaussian")
_BERNOULLI = LikelihoodState("bernoulli")

CONVERGENCE: tuple[Claim, ...] = (
    Claim(
        "0.1", "For target 0 the squared error has the smaller range of values.", "right",
        "With target 0 the squared error p² runs from 0 to 1, the cross-entropy −ln(1 − p) from 0 to ∞, "
        "and −ln(1 − p) ≥ p ≥ p² everywhere. Over 0, 0.1, … 1 the squared error means 0.35, the "
        "cross-entropy ∞.",
        _OVER_P,
    ),
    Claim(
        "0.2", "Target 1 is the mirror image.", "right",
        "(1 − p)² and −ln p: exactly the curves of target 0 with p replaced by 1 − p.", _MIRRORED,
    ),
    Claim(
        "0.3", "The smaller range says which converges better.", "overstated",
        "Range is not speed: slopes decide. In p cross-entropy is steeper everywhere, 1/(1 − p) > 2p. In "
        "the logit it has p against 2p²(1 − p), which peaks at p = 2/3 with 8/27 and dies towards p = 1.",
        _SLOPES,
    ),
    Claim(
        "0.4", "Comparing values of the two losses compares apples and oranges.", "right",
        "Values of different losses have no common scale. Compare what both runs can be measured by "
        "(accuracy, Brier score, NLL), or a loss relative to its own start.", _OVER_Z,
    ),
    Claim(
        "0.5", "MSE is for regression and cross-entropy for classes, and never the other way.",
        "overstated",
        "Squared error on probabilities is the Brier score, a strictly proper one, and trains classifiers; "
        "cross-entropy also takes targets between 0 and 1.",
        CurvesState("A soft target", _PAIR, target=0.7, point=0.0),
    ),
    Claim(
        "0.6", "Predictions that are no whole numbers make it a regression.", "wrong",
        "The targets decide. Predicted probabilities are never whole numbers, for classes either.",
        PRESETS["spread"][1],
    ),
    Claim(
        "0.7", "One-hot targets have one 1; all ones means several labels.", "incomplete",
        "Under a softmax a target (1, 1, 1, 1) has its minimum K ln K = 5.545 at the uniform prediction, "
        "never 0. Several labels at once want a sigmoid each, whose cross-entropies do reach 0.",
        PRESETS["several_softmax"][1],
    ),
    Claim(
        "0.8", "Plots of a loss over the prediction puzzle.", "overstated",
        "They are the standard picture: the loss over p, or over the logit, with its slope below it.",
        _OVER_P,
    ),
    Claim(
        "0.9", "If the target is Gaussian, use MSE; if multinomial, cross-entropy.", "incomplete",
        "The target given the input must be Gaussian with constant variance: the noise, not the marginal "
        "distribution of targets or inputs.", _GAUSSIAN,
    ),
    Claim(
        "0.10", "Standardise so that μ = 0 and σ = 1 in the Gaussian density.", "incomplete",
        "The density is (2πσ²)^(−1/2) exp(−(t − μ)²/2σ²). Standardising is not needed: σ only rescales the "
        "loss by 1/2σ² and adds a constant.", LikelihoodState("gaussian", scale=2.0),
    ),
    Claim(
        "0.11", "The log-likelihood is −(β/2) Σ(t − y)² + (N/2) ln β − (N/2) ln 2π.", "right",
        "The negative log-likelihood is minus that, with β = 1/σ²; the β of largest likelihood is one over "
        "the MSE at the best parameters.", _GAUSSIAN,
    ),
    Claim(
        "0.12", "Dropping constants does not change convergence.", "overstated",
        "True of constants that are added. A factor (β, ½, 1/N, 1/K) changes gradient descent exactly as "
        "the same factor on the learning rate does: same optimum, other speed and stability.",
        CurvesState(
            "A factor ½", chosen("squared_error", "half_squared_error"), "residual", point=1.0, target=0.0
        ),
    ),
    Claim(
        "0.13", "A Bernoulli likelihood gives binary cross-entropy.", "right",
        "p^t (1 − p)^(1 − t) becomes −t ln p − (1 − t) ln(1 − p): at p = 0.3 it is 1.203973 for t = 1 and "
        "0.356675 for t = 0.", _BERNOULLI,
    ),
    Claim(
        "0.14", "A multinomial likelihood gives categorical cross-entropy.", "right",
        "Categorical, to be exact (multinomial with one draw): the product of p_k^t_k becomes −Σ t_k ln "
        "p_k.",
        LikelihoodState("categorical"),
    ),
    Claim(
        "0.15", "Cross-entropy and MSE are the same.", "overstated",
        "Only in that both are cross-entropies between data and a model: with N(ŷ, 1) it is MSE/2 + "
        "0.918939. Behind a sigmoid they are different functions with different gradients and convexity.",
        _OVER_Z,
    ),
    Claim(
        "0.16", "The likelihood is scaled by the number of free parameters.", "wrong",
        "It is scaled by the number of examples: the mean over samples.", _GAUSSIAN,
    ),
    Claim(
        "0.17", "Gaussian and Bernoulli are different priors.", "wrong",
        "They are likelihoods: models of the noise. A Gaussian prior is on the weights and gives L2 decay.",
        _BERNOULLI,
    ),
)  # fmt: skip
