r"""The softmax, its residual and its Jacobian product, accurate relative to their size however saturated.

With p rounded, p − y loses all its digits once p is near 1, and p (v − Σ v p) cancels where one class has
nearly all the probability: in float32 the largest class of a saturated output would have a gradient of pure
rounding noise, larger than the true gradients of the others. Here the largest power is split off: it is
exactly 1, so what it lacks to the sum is the sum of the others, which is computed without cancellation.

In the notation of the code, for outputs z of one sample:

- ``shifted`` = z − max z; ``top`` = 1 at the largest, else 0; ``rest`` = exp(shifted) − top, 0 at the largest
- ``ties`` = Σ top; ``excess`` = Σ exp(shifted) − 1 = Σ rest + ties − 1; ``total`` = 1 + excess
- p = (rest + top) / total, and p − y = (rest + (top − y) − y excess) / total

Arrays here are (K, R, B): with few classes and many samples NumPy works three times as fast along B as along
K, which pays for the two transposing copies twice over (up to some thirty classes; it costs at a hundred).
"""

from __future__ import annotations

from dataclasses import dataclass

from compute.backend import Array
from compute.losses.reductions import max_first, sum_first
from compute.workspace import Workspace


@dataclass(frozen=True, eq=False)
class SoftmaxForm:
    """The pieces of a softmax of outputs (R, B, K), living in a workspace.

    Attributes
    ----------
    targets
        (K, R, B) or (K, 1, B), a copy that may be written to.
    shifted, top, rest
        (K, R, B), as the module says.
    slope, scratch
        (K, R, B), free for the loss; the methods write to ``scratch``.
    ties, excess, total
        (R, B).
    spare
        (R, B), free.
    """

    targets: Array
    shifted: Array
    top: Array
    rest: Array
    slope: Array
    scratch: Array
    ties: Array
    excess: Array
    total: Array
    spare: Array
    work: Workspace

    @classmethod
    def of(cls, outputs: Array, targets: Array, work: Workspace) -> SoftmaxForm:
        """Compute the pieces of outputs (R, B, K); targets are (R, B, K) or (1, B, K)."""
        xp = work.xp
        runs, samples, classes = outputs.shape
        dtype = outputs.dtype
        # One buffer with several views in it: looking buffers up is what costs in small problems.
        large = work.buffer("softmax large", (5, classes, runs, samples), dtype)
        small = work.buffer("softmax small", (4, runs, samples), dtype)
        shifted, top, rest, slope, scratch = large
        ties, excess, total, spare = small
        y = work.buffer("softmax targets", (classes, *targets.shape[:2]), dtype)
        xp.copyto(shifted, outputs.transpose(2, 0, 1))
        xp.copyto(y, targets.transpose(2, 0, 1))
        max_first(shifted, total, work)
        xp.equal(shifted, total, out=top)
        xp.subtract(shifted, total, out=shifted)
        xp.exp(shifted, out=rest)
        xp.subtract(rest, top, out=rest)
        sum_first(top, ties, work)
        sum_first(rest, excess, work)
        xp.add(excess, ties, out=total)
        xp.add(excess, xp.subtract(ties, 1, out=spare), out=excess)
        return cls(y, shifted, top, rest, slope, scratch, ties, excess, total, spare, work)

    def write_residual(self, targets: Array, out: Array) -> None:
        """Write p − y to ``out`` (K, R, B), for targets (K, R, B) or (K, 1, B) that sum to 1."""
        xp = self.work.xp
        xp.multiply(targets, self.excess, out=self.scratch)
        xp.subtract(self.top, targets, out=out)
        xp.add(out, self.rest, out=out)
        xp.subtract(out, self.scratch, out=out)
        xp.divide(out, self.total, out=out)

    def write_pullback(self, gradient: Array) -> None:
        r"""Write ∂L/∂z to ``gradient`` (R, B, K), for v = ∂L/∂p in ``slope``.

        It is :math:`p_j (v_j - \sum_k v_k p_k)`, in which v may be shifted by any number. Shifted by its
        mean over the largest, these no longer take part in the sum: p_j (w_j − Σ w rest / total), which is
        small without cancellation where they have nearly all the probability.
        """
        work, xp, slope, mean, scratch = self.work, self.work.xp, self.slope, self.spare, self.scratch
        sum_first(xp.multiply(slope, self.top, out=scratch), mean, work)
        xp.divide(mean, self.ties, out=mean)
        xp.subtract(slope, mean, out=slope)
        sum_first(xp.multiply(slope, self.rest, out=scratch), mean, work)
        xp.divide(mean, self.total, out=mean)
        xp.subtract(slope, mean, out=slope)
        xp.add(self.rest, self.top, out=scratch)
        xp.divide(scratch, self.total, out=scratch)  # p
        xp.multiply(slope, scratch, out=slope)
        self.write_gradient(gradient)

    def write_gradient(self, gradient: Array) -> None:
        """Write ``slope`` to ``gradient`` (R, B, K)."""
        self.work.xp.copyto(gradient, self.slope.transpose(1, 2, 0))
