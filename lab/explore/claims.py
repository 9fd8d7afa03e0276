"""What is often said of these losses, row by row: what is right about it, and the state that shows it."""

from __future__ import annotations

from lab.explore.claim import Claim, Verdict
from lab.explore.claims_convergence import CONVERGENCE
from lab.explore.claims_gradients import GRADIENTS
from lab.explore.claims_information import INFORMATION
from lab.explore.claims_likelihoods import LIKELIHOODS
from lab.explore.claims_softmax import SOFTMAX

__all__ = ["CLAIMS", "SOURCES", "Claim", "Verdict"]

SOURCES: dict[str, tuple[str, tuple[Claim, ...]]] = {
    "0": ("Which converges better, MSE or cross-entropy?", CONVERGENCE),
    "1": ("Losses of classifiers and their gradients", GRADIENTS),
    "2": ("MSE, MAE and cross-entropy as likelihoods", LIKELIHOODS),
    "3": ("Back-propagation through softmax", SOFTMAX),
    "4": ("Maximum likelihood and information", INFORMATION),
}
"""Number → (what the texts are about, their claims)."""

CLAIMS: dict[str, Claim] = {claim.row: claim for _, claims in SOURCES.values() for claim in claims}
"""Row → claim."""
