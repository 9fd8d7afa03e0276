r"""The sigmoid and its residual, accurate relative to their size however saturated.

With p = σ(z) rounded, 1 − p and p − y lose all their digits once p is near 1: in float32 a neuron that is
right by z = 20 would have gradient 0 instead of −2e-9. Here σ(z) and σ(−z) are both computed from
exponentials of numbers ≤ 0, and the residual is (1 − y) σ(z) − y σ(−z).
"""

from __future__ import annotations

from typing import Any

from compute.backend import Array
from compute.workspace import Workspace


class SigmoidForm:
    """The pieces of a sigmoid of outputs z (R, B, K), in buffers that are made once a workspace.

    Attributes
    ----------
    p, q, tail
        (R, B, K): σ(z), σ(−z) and exp(−abs z).
    scratch
        (R, B, K), free for the loss; the methods write to it.
    zero, one
        Constants: (R, B, K) zeros, and the number 1.
    """

    def __init__(self, work: Workspace, shape: tuple[int, int, int], dtype: Any) -> None:
        self.work = work
        self.p, self.q, self.tail, self.scratch = work.outputs("sigmoid large", (4, *shape), dtype)
        self.zero = work.constant_outputs(0.0, shape, dtype)
        self.one = work.constant(1.0, (), dtype)

    @classmethod
    def of(cls, outputs: Array, work: Workspace) -> SigmoidForm:
        """Compute the pieces."""
        shape, dtype = outputs.shape, outputs.dtype
        form = work.once(("sigmoid form", shape, dtype), lambda: cls(work, shape, dtype))
        form._compute(outputs)
        return form

    def _compute(self, z: Array) -> None:
        xp, p, q, tail, denominator = self.work.xp, self.p, self.q, self.tail, self.scratch
        xp.minimum(z, self.zero, out=p)
        xp.subtract(p, z, q)  # min(−z, 0), exactly
        xp.exp(p, p)
        xp.exp(q, q)
        xp.multiply(p, q, tail)
        xp.add(tail, self.one, denominator)
        xp.divide(p, denominator, p)
        xp.divide(q, denominator, q)

    def write_residual(self, targets: Array, out: Array) -> None:
        """Write p − y = (1 − y) σ(z) − y σ(−z) to ``out``."""
        xp, scratch = self.work.xp, self.scratch
        xp.subtract(self.one, targets, out)
        xp.multiply(out, self.p, out)
        xp.multiply(targets, self.q, scratch)
        xp.subtract(out, scratch, out)
