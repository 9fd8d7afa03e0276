r"""The sigmoid and its residual, accurate relative to their size however saturated.

With p = σ(z) rounded, 1 − p and p − y lose all their digits once p is near 1: in float32 a neuron that is
right by z = 20 would have gradient 0 instead of −2e-9. Here σ(z) and σ(−z) are both computed from
exponentials of numbers ≤ 0, and the residual is (1 − y) σ(z) − y σ(−z).
"""

from __future__ import annotations

from compute.backend import Array
from compute.workspace import Workspace


def write_sigmoids(z: Array, p: Array, q: Array, tail: Array, work: Workspace) -> None:
    """Write σ(z) to ``p``, σ(−z) to ``q`` and exp(−abs z) to ``tail``, all of z's shape."""
    xp = work.xp
    xp.minimum(z, work.constant(0.0, z.shape, z.dtype), out=p)
    xp.subtract(p, z, out=q)  # min(−z, 0), exactly
    xp.exp(p, out=p)
    xp.exp(q, out=q)
    xp.multiply(p, q, out=tail)
    denominator = work.buffer("sigmoid denominator", z.shape, z.dtype)
    xp.add(tail, 1, out=denominator)
    xp.divide(p, denominator, out=p)
    xp.divide(q, denominator, out=q)


def write_residual(p: Array, q: Array, targets: Array, out: Array, work: Workspace) -> None:
    """Write p − y = (1 − y) σ(z) − y σ(−z) to ``out``."""
    xp = work.xp
    other = work.buffer("sigmoid other", out.shape, out.dtype)
    xp.subtract(1, targets, out=other)
    xp.multiply(other, p, out=out)
    xp.multiply(targets, q, out=other)
    xp.subtract(out, other, out=out)
