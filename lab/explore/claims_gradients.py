"""Claims of texts on the losses of classifiers and their gradients."""

from __future__ import annotations

from dataclasses import replace

from lab.explore.choice import chosen
from lab.explore.claim import Claim
from lab.explore.curves import CurvesState
from lab.explore.likelihood import LikelihoodState
from lab.explore.table_presets import PRESETS
from lab.explore.why import WhyState

_PAIR = chosen("binary_cross_entropy", "squared_error_sigmoid")
_SLOPES = CurvesState("Slope in the prediction", _PAIR, "prediction", point=0.3, lower="slope_prediction")
_CLOSER = PRESETS["closer"][1]

GRADIENTS: tuple[Claim, ...] = (
    Claim(
        "1.1", "‖a − b‖² is the L2 distance.", "wrong",
        "The formula of the loss is right, but ‖a − b‖² is the squared distance.",
        CurvesState("Squared", chosen("squared_error", "absolute_error"), "residual", target=0.0, point=2.0),
    ),
    Claim(
        "1.2", "Cross-entropy is +(1/N) ΣΣ y ln ŷ.", "wrong",
        "It has a minus: −(1/N) ΣΣ y_k ln ŷ_k = −(1/N) Σ ln of the label's ŷ; binary −[y ln ŷ + (1 − y) "
        "ln(1 − ŷ)].",
        CurvesState("Never negative", _PAIR, "prediction", point=0.5),
    ),
    Claim(
        "1.3", "The sigmoid is 1/(1 + exp^(−(wx + b))), and logit loss goes with it.", "incomplete",
        "It is 1/(1 + e^(−(wx + b))). The logistic loss ln(1 + e^(−s z)) with s = ±1 is the same as binary "
        "cross-entropy on a sigmoid.",
        CurvesState("Logistic loss over the margin", _PAIR, "margin", point=-1.0),
    ),
    Claim(
        "1.4", "The chain rule can be written on the mean.", "incomplete",
        "Each sample has its own chain: the loss L_i stands inside the sum, (1/N) Σ ∂L_i/∂ŷ_i · ∂ŷ_i/∂z_i.",
        WhyState(),
    ),
    Claim("1.5", "∂/∂ŷ of the squared error is 2(ŷ − y).", "right", "It is, without a factor ½.", _SLOPES),
    Claim(
        "1.6", "∂/∂ŷ of cross-entropy is y/ŷ.", "wrong",
        "The sign is wrong and the other half is missing: −y_k/ŷ_k, and binary (ŷ − y)/(ŷ(1 − ŷ)). At 0.3 "
        "that is −3.3333 for y = 1 and +1.4286, not 0, for y = 0.", _SLOPES,
    ),
    Claim(
        "1.7", "At small residuals MSE's gradient dies and cross-entropy's does not.", "incomplete",
        "So in p: −1 against 0. In the logit both vanish, cross-entropy as the residual r and squared "
        "error as r². After t steps of rate 1 they are near 1/t and (for ½ SE) 1/√(2t). With a linear "
        "output squared error converges exponentially.",
        CurvesState("Slopes at a small error", _PAIR, "error", point=0.001, lower="slope_output", log_y=True),
    ),
    Claim(
        "1.8", "(0.8, 0.2, 0) and (0.8, 0.1, 0.1) differ for MSE, not for cross-entropy.", "right",
        "Squared error 0.08 against 0.06; cross-entropy 0.223144 both times.", PRESETS["spread"][1],
    ),
    Claim(
        "1.9",
        "From (0.8, 0.2, 0) to (0.9, 0.1, 0) MSE falls to a quarter, cross-entropy to about half.", "right",
        "0.08/0.02 = 4 exactly, and 0.223144/0.105361 = 2.117905.", _CLOSER,
    ),
    Claim(
        "1.10", "To make up for it MSE needs three perfect samples, cross-entropy one.", "incomplete",
        "0.08/4 = 0.02 exactly. One perfect sample brings cross-entropy to 0.111572, still above 0.105361, "
        "so strictly it needs two.", replace(_CLOSER, perfect=3),
    ),
    Claim(
        "1.11", "MSE punishes large residuals more.", "overstated",
        "Only as a ratio at small residuals. From 0.5 to 0.999 squared error grows 3.992 times, "
        "cross-entropy 9.966 times and without bound.",
        CurvesState("Over the error", _PAIR, "error", point=0.5),
    ),
    Claim(
        "1.12", "MSE is a Gaussian, cross-entropy a categorical negative log-likelihood.", "right",
        "Every negative log-likelihood is a cross-entropy between the data's distribution and the model's.",
        LikelihoodState("gaussian"),
    ),
)  # fmt: skip
