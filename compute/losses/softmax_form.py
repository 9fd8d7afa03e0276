r"""The softmax, its residual and its Jacobian product, accurate relative to their size however saturated.

With p rounded, p − y loses all its digits once p is near 1, and p (v − Σ v p) cancels where one class has
nearly all the probability: in float32 the largest class of a saturated output would have a gradient of
pure rounding noise, larger than the true gradients of the others. Here the largest power is split off: it
is exactly 1, so what it lacks to the sum is the sum of the others, which is computed without cancellation.

In the notation of the code, for outputs z of one sample, with t equal largest ones:

- ``shifted`` = z − max z; ``top`` = 1 at the largest, else 0; ``rest`` = exp(shifted) − top, 0 at the largest
- ``ties`` = t; ``excess`` = Σ exp(shifted) − 1 = Σ rest + t − 1; ``total`` = 1 + excess
- p = (rest + top) / total, and p − y = (rest + (top − y) − y excess) / total
"""

from __future__ import annotations

from dataclasses import dataclass

from compute.backend import Array
from compute.losses.reductions import max_last, sum_last
from compute.workspace import Workspace


@dataclass(frozen=True)
class SoftmaxForm:
    """The pieces of a softmax of outputs (R, B, K), living in a workspace.

    Attributes
    ----------
    shifted, top, rest
        (R, B, K), as the module says.
    ties, excess, total
        (R, B).
    """

    shifted: Array
    top: Array
    rest: Array
    ties: Array
    excess: Array
    total: Array
    work: Workspace

    @classmethod
    def of(cls, outputs: Array, work: Workspace) -> SoftmaxForm:
        """Compute the pieces."""
        xp = work.xp
        shape, dtype = outputs.shape, outputs.dtype
        shifted, top, rest = (
            work.buffer(name, shape, dtype) for name in ("softmax shifted", "softmax top", "softmax rest")
        )
        ties, excess, total = (
            work.buffer(name, shape[:2], dtype)
            for name in ("softmax ties", "softmax excess", "softmax total")
        )
        max_last(outputs, total, work)
        xp.subtract(outputs, total[..., None], out=shifted)
        xp.equal(shifted, work.constant(0.0, shape, dtype), out=top)
        xp.subtract(xp.exp(shifted, out=rest), top, out=rest)
        sum_last(top, ties, work)
        sum_last(rest, excess, work)
        xp.add(excess, xp.subtract(ties, 1, out=total), out=excess)
        xp.add(excess, 1, out=total)
        return cls(shifted, top, rest, ties, excess, total, work)

    def write_probabilities(self, out: Array) -> None:
        """Write p to ``out`` (R, B, K)."""
        xp = self.work.xp
        xp.add(self.rest, self.top, out=out)
        xp.divide(out, self.total[..., None], out=out)

    def write_residual(self, targets: Array, out: Array) -> None:
        """Write p − y to ``out`` (R, B, K), for targets that sum to 1."""
        xp = self.work.xp
        scratch = self.work.buffer("softmax scratch", out.shape, out.dtype)
        xp.multiply(targets, self.excess[..., None], out=scratch)
        xp.subtract(self.top, targets, out=out)
        xp.add(out, self.rest, out=out)
        xp.subtract(out, scratch, out=out)
        xp.divide(out, self.total[..., None], out=out)

    def write_pullback(self, gradient: Array, probabilities: Array) -> None:
        r"""Turn v = ∂L/∂p, given in ``gradient``, into ∂L/∂z: :math:`p_j (v_j - \sum_k v_k p_k)`.

        v may be shifted by any number. Shifted by its mean over the largest, these no longer take part in
        the sum: p_j (w_j − Σ w rest / total), which is small without cancellation where they have nearly all
        the probability.
        """
        work, xp = self.work, self.work.xp
        scratch = work.buffer("softmax scratch", gradient.shape, gradient.dtype)
        level = work.buffer("softmax level", self.total.shape, gradient.dtype)
        sum_last(xp.multiply(gradient, self.top, out=scratch), level, work)
        xp.divide(level, self.ties, out=level)
        xp.subtract(gradient, level[..., None], out=gradient)
        mean = level
        sum_last(xp.multiply(gradient, self.rest, out=scratch), mean, work)
        xp.divide(mean, self.total, out=mean)
        xp.subtract(gradient, mean[..., None], out=gradient)
        xp.multiply(gradient, probabilities, out=gradient)
