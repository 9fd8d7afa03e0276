"""The objective over a plane of parameters and its exact curvature within the plane, many points at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.models.activations import Scratch, make_activation
from compute.models.second_derivatives import SECOND_DERIVATIVES
from compute.workspace import Workspace
from lab.instruments.frozen import Floats, FrozenRun
from lab.instruments.planes import Plane

TOLERANCE = 1e-9
"""What counts as curving, as a share of the objective's range: see `PlaneSurface.curves_down`."""
NUMBERS = 2**15
"""Numbers of a layer that are worked on at a time: what a layer needs then stays in the cache."""
SHIFT = 1e-5
"""How far outputs are shifted, of 1 + their size, to difference a loss's exact gradient."""


@dataclass(frozen=True)
class PlaneSurface:
    """An objective over a plane.

    Attributes
    ----------
    x, y
        (nx,), (ny,) coordinates in the plane.
    values
        (ny, nx) the objective; not finite where a model's numbers are not.
    curvature
        (ny, nx, 3) second derivatives in the plane's coordinates: xx, xy, yy.
    """

    x: Floats
    y: Floats
    values: Floats
    curvature: Floats

    @property
    def half_widths(self) -> tuple[float, float]:
        """Half the extent along x and y."""
        return float(np.ptp(self.x)) / 2 or 1.0, float(np.ptp(self.y)) / 2 or 1.0

    @property
    def least_curvature(self) -> Floats:
        """The smaller eigenvalue of the plane's Hessian, (ny, nx), with the half widths as units.

        It is the second derivative over half the plane along the direction that curves down most; units do
        not change its sign (Sylvester's law of inertia).
        """
        a, b = self.half_widths
        with np.errstate(all="ignore"):
            xx, xy, yy = (self.curvature[..., i] * unit for i, unit in enumerate((a * a, a * b, b * b)))
            found: Floats = (xx + yy) / 2 - np.hypot((xx - yy) / 2, xy)
        return found

    @property
    def curves_down(self) -> NDArray[np.bool_]:
        """Where the plane curves down in some direction, (ny, nx).

        There the smaller eigenvalue is below −`TOLERANCE` times the objective's range over the plane (from
        its least value to the one that 90 % of the plane stay below, so that steep corners do not count).
        """
        known = self.values[np.isfinite(self.values)]
        if not len(known):
            return np.zeros(self.values.shape, dtype=bool)
        span = float(np.quantile(known, 0.9) - known.min())
        with np.errstate(invalid="ignore"):
            down: NDArray[np.bool_] = self.least_curvature < -TOLERANCE * span
        return down & np.isfinite(self.values)

    @property
    def share_down(self) -> float:
        """The share of the plane's points that curve down, of those where the objective is a number."""
        known = np.isfinite(self.values)
        return float(self.curves_down.sum() / known.sum()) if known.any() else 0.0


def plane_surface(
    run: FrozenRun, plane: Plane, x: Floats, y: Floats, inputs: Floats, targets: NDArray[Any]
) -> PlaneSurface:
    """Return the objective over a plane: mean loss with its scale on some samples, and penalty.

    Parameters
    ----------
    run
        Tells model, loss, scale and penalties.
    plane
        The plane.
    x, y
        (nx,), (ny,) coordinates in it, ascending.
    inputs, targets
        N samples.

    Notes
    -----
    Along the plane θ = θ₀ + au + bv a layer's weights are linear in (a, b). First derivatives of all
    pre-activations along u and v are carried forward; one backward pass gives the objective's derivative δ in
    every pre-activation, and the second derivatives are sums over layers of local terms,
    ``∂²L/∂a∂b = Σ δ·(U ȧ_b + V ȧ_a) + Σ δ_a φ″ ż_a ż_b + ż_aᵀ (∂²ℓ/∂z²) ż_b``, the last one at the outputs.
    Only there differences are taken, central ones of the loss's exact gradient in the outputs. Activations
    and losses made of straight pieces curve in their kinks alone, which no grid hits: this is the
    curvature between the kinks.
    """
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    values, curvature = np.empty(len(points)), np.empty((len(points), 3))
    passes = _PlanePasses(run, plane, inputs, targets)
    widest = max(run.model.sizes[1:])
    many = max(1, NUMBERS // (widest * max(1, len(inputs))))
    with np.errstate(all="ignore"):
        for start in range(0, len(points), many):
            some = points[start : start + many]
            values[start : start + many], curvature[start : start + many] = passes.at(some)
    shape = (len(y), len(x))
    return PlaneSurface(x, y, values.reshape(shape), curvature.reshape(*shape, 3))


@dataclass(frozen=True)
class _Affine:
    """A layer at the plane's origin and along its directions: weights (units, inputs), biases (units, 1)."""

    weights: tuple[Floats, Floats, Floats]
    biases: tuple[Floats, Floats, Floats]
    along: Floats
    """(2 · units, inputs): both directions' weights, one below the other."""
    along_transposed: Floats
    """(2, inputs, units): likewise, for the way back."""

    @classmethod
    def of(cls, parts: tuple[Floats, Floats, Floats]) -> _Affine:
        """Make it of matrices (inputs + 1, units) with the biases last."""
        weights = tuple(np.ascontiguousarray(part[:-1].T) for part in parts)
        biases = tuple(part[-1][:, None] for part in parts)
        back = np.stack([part[:-1] for part in parts[1:]])
        return cls(weights, biases, np.concatenate(weights[1:]), back)  # type: ignore[arg-type]


class _PlanePasses:
    """Passes through a run's model at points of a plane; arrays are (points, units, samples)."""

    def __init__(self, run: FrozenRun, plane: Plane, inputs: Floats, targets: NDArray[Any]) -> None:
        self._run, self._plane, self._count = run, plane, len(inputs)
        matrices = [run.matrices(part) for part in (plane.origin, plane.first, plane.second)]
        self._layers = [_Affine.of(parts) for parts in zip(*matrices, strict=True)]
        first = self._layers[0]
        below = np.asarray(inputs, dtype=np.float64).T
        # the first layer's pre-activations are linear in the coordinates: (3, units, samples)
        self._first = np.stack(
            [weights @ below + bias for weights, bias in zip(first.weights, first.biases, strict=True)]
        )
        along = self._first[1:]
        self._first_products = np.stack(
            [(along[0] * along[0]).ravel(), (along[0] * along[1]).ravel(), (along[1] * along[1]).ravel()],
            axis=1,
        )
        self._targets = run.targets_for_loss(targets)[None]
        self._activation = make_activation(run.model.activation)
        self._second = SECOND_DERIVATIVES[run.model.activation]
        self._work = Workspace(np)

    def at(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the objective (g,) and its second derivatives (g, 3) at points (g, 2) of the plane."""
        count, samples = len(points), self._count
        coordinates = np.concatenate([np.ones((count, 1)), points], axis=1)
        z = (coordinates @ self._first.reshape(3, -1)).reshape(count, -1, samples)
        tangents: Floats | None = None  # of z along both directions, (g, 2, units, samples)
        kept: list[tuple[Floats, Floats, Floats, Floats | None, Floats]] = []
        for layer in self._layers[1:]:
            a, slopes = self._activate(z)
            moving = (self._first[None, 1:] if tangents is None else tangents) * slopes[:, None]
            kept.append((z, a, slopes, tangents, moving))
            weights, bias = (
                np.tensordot(coordinates, np.stack(parts), 1) for parts in (layer.weights, layer.biases)
            )
            z = weights @ a + bias
            units = z.shape[1]
            direct = (layer.along @ a).reshape(count, 2, units, samples)
            direct += np.stack(layer.biases[1:])[None]
            tangents = weights[:, None] @ moving
            tangents += direct
        if tangents is None:
            tangents = np.broadcast_to(self._first[None, 1:], (count, *self._first[1:].shape))
        value, delta, curvature = self._loss(z, tangents)
        self._backward(coordinates, kept, delta, curvature)
        mean, penalty_curvature = self._penalty(points)
        return value + mean, curvature + penalty_curvature

    def _activate(self, z: Floats) -> tuple[Floats, Floats]:
        """Return activations and slopes of pre-activations (g, units, samples)."""
        activation = self._activation
        scratch = Scratch.of(activation.scratch_arrays, z.shape, z.dtype, self._work)
        a, slopes = np.empty_like(z), np.ones_like(z)
        activation.forward(np, z, a, scratch)
        activation.backward(np, z, a, slopes, scratch)
        return a, slopes

    def _loss(self, outputs: Floats, tangents: Floats) -> tuple[Floats, Floats, Floats]:
        """Return mean loss (g,), its derivative in the outputs (g, K, N), the outputs' part of curvature."""
        scale = self._run.scale / self._count
        value, gradient = self._gradient(outputs)
        mean = scale * value.sum(axis=1)
        size = SHIFT * (1.0 + np.abs(outputs).max(axis=1, keepdims=True))
        curved = []
        for direction in (0, 1):
            moving = tangents[:, direction]
            most = np.abs(moving).max(axis=1, keepdims=True)
            shift = size / np.where(most > 0, most, 1.0)
            step = shift * moving
            difference = self._gradient(outputs + step)[1] - self._gradient(outputs - step)[1]
            difference /= 2.0 * shift
            curved.append(difference)
        curvature = np.stack(
            [
                _inner(curved[0], tangents[:, 0]),
                _inner(curved[0], tangents[:, 1]),
                _inner(curved[1], tangents[:, 1]),
            ],
            axis=1,
        )
        return mean, scale * gradient, scale * curvature

    def _gradient(self, outputs: Floats) -> tuple[Floats, Floats]:
        """Return each sample's loss (g, N) and its gradient in the outputs (g, K, N), without the scale."""
        value, gradient = self._run.loss.value_and_gradient(
            outputs.transpose(0, 2, 1), self._targets, self._work
        )
        return value.copy(), gradient.transpose(0, 2, 1).copy()  # the buffers are written to again

    def _backward(
        self,
        coordinates: Floats,
        kept: list[tuple[Floats, Floats, Floats, Floats | None, Floats]],
        delta: Floats,
        curvature: Floats,
    ) -> None:
        """Go back through the layers and add to the curvature (g, 3) what each one's bending gives."""
        count = len(coordinates)
        for number in reversed(range(len(kept))):
            layer = self._layers[number + 1]
            z, a, slopes, tangents, moving = kept[number]
            pulled = layer.along_transposed @ delta[:, None]
            along = [[_inner(pulled[:, i], moving[:, j]) for j in (0, 1)] for i in (0, 1)]
            curvature += np.stack([2 * along[0][0], along[0][1] + along[1][0], 2 * along[1][1]], axis=1)
            weights = np.tensordot(coordinates, np.stack(layer.weights), 1)
            delta = weights.transpose(0, 2, 1) @ delta
            if self._second is not None:
                bent = self._second(z, a)
                bent *= delta
                if tangents is None:
                    curvature += bent.reshape(count, -1) @ self._first_products
                else:
                    one = bent * tangents[:, 0]
                    curvature[:, 0] += _inner(one, tangents[:, 0])
                    curvature[:, 1] += _inner(one, tangents[:, 1])
                    bent *= tangents[:, 1]
                    curvature[:, 2] += _inner(bent, tangents[:, 1])
            delta *= slopes

    def _penalty(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the penalty (g,) at points (g, 2) and its second derivatives (3,)."""
        plan, plane = self._run.plan, self._plane
        value, curvature = np.zeros(len(points)), np.zeros(3)
        for part in self._run.model.weight_slices if plan.l1 or plan.l2 else ():
            origin, first, second = plane.origin[part], plane.first[part], plane.second[part]
            if plan.l2:
                along = np.stack([origin, first, second])
                products = along @ along.T
                row = np.concatenate([np.ones((len(points), 1)), points], axis=1)
                value += plan.l2 / 2 * np.einsum("gi,ij,gj->g", row, products, row)
                curvature += plan.l2 * np.array([products[1, 1], products[1, 2], products[2, 2]])
            if plan.l1:
                weights = origin + points[:, :1] * first + points[:, 1:] * second
                value += plan.l1 * np.abs(weights).sum(axis=1)
        return value, curvature


def _inner(one: Floats, other: Floats) -> Floats:
    """Return for each point (g,) the sum of the products of two (g, units, samples)."""
    count = len(one)
    found: Floats = np.vecdot(one.reshape(count, -1), other.reshape(count, -1))
    return found
