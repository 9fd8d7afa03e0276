r"""The softmax, its residual and its Jacobian product, accurate relative to their size however saturated.

With p rounded, p − y loses all its digits once p is near 1, and p (v − Σ v p) cancels where one class has
nearly all the probability: in float32 the largest class of a saturated output would have a gradient of pure
rounding noise, larger than the true gradients of the others. Here the largest power is split off: it is
exactly 1, so what it lacks to the sum is the sum of the others, which is computed without cancellation.

In the notation of the code, for outputs z of one sample:

- ``shifted`` = z − max z; ``top`` = 1 at the largest, else 0; ``rest`` = exp(shifted) − top, 0 at the largest
- ``ties`` = Σ top; ``excess`` = Σ exp(shifted) − 1 = Σ rest + ties − 1; ``total`` = 1 + excess
- p = (rest + top) / total, and p − y = (rest + (top − y) − y excess) / total

Arrays here are (K, R, B), which is how the trainer's outputs and gradients lie in memory: with few
classes and many samples NumPy works three times as fast along B as along K.
"""

from __future__ import annotations

from typing import Any

from compute.backend import Array
from compute.losses.reductions import max_first, sum_first
from compute.workspace import Workspace


class SoftmaxForm:
    """The pieces of a softmax of outputs (R, B, K), in buffers that are made once a workspace.

    Attributes
    ----------
    targets
        (K, R, B) or (K, 1, B), those that the loss was given: not to be written to.
    shifted, top, rest
        (K, R, B), as the module says.
    slope
        (K, R, B), the gradient that the loss is to write; until then free.
    scratch
        (K, R, B), free for the loss; the methods write to it.
    ties, excess, total
        (R, B).
    spare, mass
        (R, B), free; ``write_weighted_residual`` leaves the sum of the weights in ``mass``.
    """

    targets: Array
    slope: Array

    def __init__(self, work: Workspace, shape: tuple[int, ...], dtype: Any) -> None:
        runs, samples, classes = shape
        self.work = work
        self.shifted, self.top, self.rest, self.scratch = work.buffer(
            "softmax large", (4, classes, runs, samples), dtype
        )
        self.ties, self.excess, self.total, self.spare, self.mass = work.buffer(
            "softmax small", (5, runs, samples), dtype
        )
        self.one = work.constant(1.0, (), dtype)

    @classmethod
    def of(cls, outputs: Array, targets: Array, gradient: Array, work: Workspace) -> SoftmaxForm:
        """Compute the pieces of outputs (R, B, K).

        Targets are (R, B, K) or (1, B, K); ``slope`` will be the gradient (R, B, K), seen as (K, R, B).
        """
        shape, dtype = outputs.shape, outputs.dtype
        form = work.once(("softmax form", shape, dtype), lambda: cls(work, shape, dtype))
        form.targets = targets.transpose(2, 0, 1)
        form.slope = gradient.transpose(2, 0, 1)
        form._compute(outputs.transpose(2, 0, 1))
        return form

    def _compute(self, outputs: Array) -> None:
        # Results are positional: naming them costs a fifth of a call on small arrays (maximum must be named).
        work, xp = self.work, self.work.xp
        shifted, top, rest, ties, excess, total = (
            self.shifted, self.top, self.rest, self.ties, self.excess, self.total
        )  # fmt: skip
        max_first(outputs, total, work)
        xp.equal(outputs, total, top)
        xp.subtract(outputs, total, shifted)
        xp.exp(shifted, rest)
        xp.subtract(rest, top, rest)
        sum_first(top, ties, work)
        sum_first(rest, excess, work)
        xp.add(excess, ties, total)
        xp.add(excess, xp.subtract(ties, self.one, self.spare), excess)

    def write_residual(self, targets: Array, out: Array) -> None:
        """Write p − y to ``out`` (K, R, B), for targets (K, R, B) or (K, 1, B) that sum to 1."""
        xp = self.work.xp
        xp.multiply(targets, self.excess, self.scratch)
        xp.subtract(self.top, targets, out)
        xp.add(out, self.rest, out)
        xp.subtract(out, self.scratch, out)
        xp.divide(out, self.total, out)

    def write_weighted_residual(self, weights: Array, out: Array) -> None:
        r"""Write :math:`p \sum_k v_k - v` to ``out`` (K, R, B), for weights v (K, R, B) or (K, 1, B).

        It is the gradient of every loss :math:`\sum_k y_k f(\ln p_k)`, with :math:`v_k = -y_k f'(\ln p_k)`.
        """
        xp, mass, scratch = self.work.xp, self.mass, self.scratch
        if weights.shape[1] == mass.shape[0]:
            sum_first(weights, mass, self.work)
        else:
            shared = self.work.buffer("softmax shared mass", weights.shape[1:], weights.dtype)
            sum_first(weights, shared, self.work)
            xp.copyto(mass, shared)
        xp.multiply(self.rest, mass, out)
        xp.multiply(self.top, mass, scratch)
        xp.subtract(scratch, weights, scratch)
        xp.add(out, scratch, out)
        xp.multiply(weights, self.excess, scratch)
        xp.subtract(out, scratch, out)
        xp.divide(out, self.total, out)

    def write_log(self, out: Array) -> None:
        """Write ln p to ``out`` (K, R, B)."""
        xp = self.work.xp
        xp.log1p(self.excess, self.spare)
        xp.subtract(self.shifted, self.spare, out)

    def write_probability(self, out: Array) -> None:
        """Write p to ``out`` (K, R, B)."""
        xp = self.work.xp
        xp.add(self.rest, self.top, out)
        xp.divide(out, self.total, out)

    def write_complement(self, out: Array) -> None:
        """Write 1 − p to ``out`` (K, R, B), without cancellation where p is near 1."""
        xp = self.work.xp
        xp.subtract(self.one, self.top, out)
        xp.subtract(self.excess, self.rest, self.scratch)
        xp.add(out, self.scratch, out)
        xp.divide(out, self.total, out)

    def pull_back(self) -> None:
        r"""Turn v = ∂L/∂p in ``slope`` into ∂L/∂z.

        It is :math:`p_j (v_j - \sum_k v_k p_k)`, in which v may be shifted by any number. Shifted by its mean
        over the largest, these no longer take part in the sum: p_j (w_j − Σ w rest / total), which is small
        without cancellation where they have nearly all the probability.
        """
        work, xp, slope, mean, scratch = self.work, self.work.xp, self.slope, self.spare, self.scratch
        sum_first(xp.multiply(slope, self.top, scratch), mean, work)
        xp.divide(mean, self.ties, mean)
        xp.subtract(slope, mean, slope)
        sum_first(xp.multiply(slope, self.rest, scratch), mean, work)
        xp.divide(mean, self.total, mean)
        xp.subtract(slope, mean, slope)
        xp.add(self.rest, self.top, scratch)
        xp.divide(scratch, self.total, scratch)  # p
        xp.multiply(slope, scratch, slope)
