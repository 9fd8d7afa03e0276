"""Claims of texts on back-propagation through softmax."""

from __future__ import annotations

import math

from lab.explore.choice import chosen
from lab.explore.claim import Claim
from lab.explore.simplex import SimplexState
from lab.explore.table_presets import PRESETS
from lab.explore.why import WhyState

_TRIO = chosen("cross_entropy", "brier", "absolute_error_softmax")
_TEN = WhyState(_TRIO, "softmax", classes=10, point=math.log(9))
_THREE = WhyState(_TRIO, "softmax", classes=3, point=0.0)

SOFTMAX: tuple[Claim, ...] = (
    Claim(
        "3.1", "CE is −ln ŷ_p, SE is (1 − ŷ_p)² + Σ over the others of ŷ_k².", "right",
        "For a one-hot target, as sums over the classes.", PRESETS["spread"][1],
    ),
    Claim(
        "3.2", "Both have their minimum 0 at ŷ = y.", "right",
        "A softmax only approaches it: no finite output has it.", SimplexState(point=(0.98, 0.01, 0.01)),
    ),
    Claim(
        "3.3", "CE ignores the wrong classes; SE wants them equal.", "right",
        "At a fixed p of the label: SE is least, (1 − p)² K/(K − 1), with (1 − p)/(K − 1) each, and at "
        "most 2(1 − p)² with all on one.", SimplexState(point=(0.4, 0.5, 0.1)),
    ),
    Claim(
        "3.4", "For MSE (0.8, 0.1, 0.1) is better than (0.8, 0.15, 0.05).", "right",
        "0.06 against 0.065; cross-entropy is 0.223144 both times.", PRESETS["uneven"][1],
    ),
    Claim(
        "3.5", "∂ŷ_p/∂z_p = ŷ_p (1 − ŷ_p).", "right",
        "It is the diagonal of the Jacobian diag(p) − p pᵀ; off it stand −p_i p_j.", _THREE,
    ),
    Claim(
        "3.6", "For CE ∂L/∂z_p = ŷ_p − 1.", "right", "Exactly, and p − y for all outputs.", _TEN,
    ),
    Claim(
        "3.7", "For MSE ∂L/∂z_p = −2 ŷ_p (1 − ŷ_p)².", "incomplete",
        "That leaves out the other outputs. In full −2p[(1 − p)² + Σ over the wrong of p_k²]: K/(K − 1) "
        "times as much with equal wrong classes (2 for K = 2, 1.1111 for K = 10), twice with one dominant "
        "one.", _TEN,
    ),
    Claim(
        "3.8", "Over ŷ_p the gradient of MSE has a peak, that of CE has none.", "right",
        "2p(1 − p)² peaks at p = 1/3 with 8/27 = 0.296296; exact it is 0.592593 for K = 2 and 0.329218 for "
        "K = 10. CE's 1 − p is monotone, and MAE's 2p(1 − p) peaks at ½.", _TEN,
    ),
    Claim(
        "3.9", "At ŷ_p = 0 MSE does not update.", "incomplete",
        "True of the label's output. The wrong classes do move while they differ: (0, 0.7, 0.3) has the "
        "gradient (0, +0.168, −0.168). From a gap of 10 SE needs 2762 steps for K = 2 and 994 for K = 10, "
        "CE 6.",
        SimplexState(point=(0.0, 0.7, 0.3)),
    ),
    Claim(
        "3.10", "So CE is better in both respects.", "overstated",
        "Not always: with each loss at its own best learning rate the two train about equally fast, and "
        "with wrong labels squared error holds out better.", _TEN,
    ),
    Claim(
        "3.11", "How do the gradients compare at the start?", "right",
        "At a uniform output p = 1/K the gradient of SE is 2/K times that of CE in every output, and that "
        "of MAE is the same as SE's: the ratio of norms is K/2.", _TEN,
    ),
)  # fmt: skip
