r"""Losses of the margin: functions of :math:`m = s z` with the sign s = 2 y − 1 of a target 0 or 1.

With one output its sign is the class; with several, each is for its own class against all others. Masks are
made by arithmetic (`sign`, `clip`), not by comparison, so that NaN stays NaN.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from compute.backend import Array
from compute.links import Link, Margin
from compute.losses.base import Loss
from compute.losses.reductions import sum_last
from compute.workspace import Workspace

MARGIN_TASKS: Any = ("binary", "multiclass")
MARGIN_DOMAIN = "0 or 1 for each output, which count as −1 and +1"
PLAIN_MARGIN = "m = (2y − 1) z"


class MarginLoss(Loss):
    """A loss that sums a function of the margin over outputs."""

    link: ClassVar[Link] = Margin()

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        margin, term, scratch = work.outputs("margin form", (3, *outputs.shape), outputs.dtype)
        sign = work.outputs("margin sign", targets.shape, outputs.dtype)
        xp.add(targets, targets, sign)
        xp.subtract(sign, 1, sign)
        xp.multiply(sign, outputs, margin)
        self._write_terms(margin, term, gradient, scratch, work)
        sum_last(term, value, work)
        xp.multiply(gradient, sign, gradient)

    @abstractmethod
    def _write_terms(self, margin: Array, term: Array, slope: Array, scratch: Array, work: Workspace) -> None:
        """Write the loss of each margin to ``term`` and its derivative to ``slope``, all (R, B, K)."""
