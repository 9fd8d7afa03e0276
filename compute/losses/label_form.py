r"""Losses of the form :math:`L = \sum_k y_k f(p_k)`: a function of the probability of each label alone.

Their gradient is :math:`p_j \sum_k v_k - v_j` with :math:`v_k = -y_k \, df / d \ln p_k`, whatever f is, so a
loss of this family only says f and −df/d ln p. Both are given ln p and 1 − p accurate relative to their
size however saturated the output; see `compute.losses.softmax_form`.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from compute.backend import Array
from compute.links import Link, Softmax
from compute.losses.base import Loss, weigh_classes
from compute.losses.reductions import sum_first
from compute.losses.softmax_form import SoftmaxForm
from compute.workspace import Workspace


class LabelLoss(Loss):
    """A loss on softmax outputs that sums a function of the probabilities of the labels."""

    link: ClassVar[Link] = Softmax()

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        form = SoftmaxForm.of(outputs, targets, gradient, work)
        log, complement, term, slope = work.buffer("label form", (4, *form.shifted.shape), outputs.dtype)
        form.write_log(log)
        form.write_complement(complement)
        self._write_terms(form, log, complement, term, slope)
        targets = weigh_classes(form.targets, getattr(self, "class_weights", ()), work)
        sum_first(xp.multiply(term, targets, term), value, work)
        form.write_weighted_residual(xp.multiply(slope, targets, slope), form.slope)

    @abstractmethod
    def _write_terms(
        self, form: SoftmaxForm, log: Array, complement: Array, term: Array, slope: Array
    ) -> None:
        """Write f to ``term`` and −df/d ln p to ``slope``, all (K, R, B), from ln p and 1 − p.

        ``log`` and ``complement`` may be written to, and so may ``form.slope`` and ``form.scratch``.
        """
