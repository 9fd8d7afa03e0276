"""The negative log-likelihood of a sample over the parameters of its noise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lab.explore.contours import grid_contours
from lab.explore.evaluation import Numbers
from lab.explore.noise import Noise, located_loss, log_normalizer

if TYPE_CHECKING:
    from lab.explore.likelihood import LikelihoodState


RISES = (0.5, 2.0, 4.5, 8.0, 16.0, 32.0)
"""Rises of the negative log-likelihood above its least: 1, 2, 3, 4, 5.7 and 8 standard errors."""


def rises(first: Numbers, second: Numbers, surface: Numbers) -> tuple[tuple[float, Numbers], ...]:
    """Return each rise with the line pieces (s, 2, 2) where the surface (m, n) is that far above."""
    if not surface.size:
        return ()
    least = float(surface[np.isfinite(surface)].min())
    return tuple((rise, grid_contours(first, second, surface, least + rise)) for rise in RISES)


def over_parameters(
    state: LikelihoodState, noise: Noise, data: Numbers, best: tuple[float, ...]
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Return the first parameter (n,), nll (n,), the second parameter (m,) and the surface (m, n)."""
    count, none = state.resolution, np.empty(0)
    if noise.located:
        spread = max(best[1], state.scale)
        first = np.linspace(
            min(best[0], state.location) - 2 * spread, max(best[0], state.location) + 2 * spread, count
        )
        second = np.geomspace(0.4 * min(best[1] or spread, state.scale), 2.5 * spread, count)
        errors = data[:, None] - first
        nll = (log_normalizer(noise) + located_loss(noise, errors / state.scale)).sum(axis=0)
        surface = np.stack(
            [
                (
                    log_normalizer(replace(noise, parameters=(0.0, float(s))))
                    + located_loss(noise, errors / s)
                ).sum(0)
                for s in second
            ]
        )
        return first, nll, second, surface
    if noise.name == "poisson":
        top = 2 * max(best[0], state.rate) + 1
        first = np.linspace(top / count, top, count)
    else:
        first = np.linspace(0, 1, count)
    with np.errstate(divide="ignore", invalid="ignore"):
        if noise.name != "categorical":
            total = np.array([replace(noise, parameters=(float(p),)).nll(data).sum() for p in first])
            return first, total, none, np.empty((0, 0))
        counts = np.bincount(data.astype(np.intp), minlength=len(noise.parameters))

        def cost(number: float, p: Numbers) -> Numbers:
            return np.where(number > 0, -number * np.log(p), 0.0) if number else np.zeros_like(p)

        # The other classes keep their shares of what the first leaves.
        rest = np.array(noise.parameters[1:])
        share = rest / rest.sum() if rest.sum() > 0 else np.full(len(rest), 1 / len(rest))
        curve = cost(counts[0], first) + sum(
            cost(n, (1 - first) * q) for n, q in zip(counts[1:], share, strict=True)
        )
        if len(counts) != 3:
            return first, curve + 0.0, none, np.empty((0, 0))
        p1, p2 = np.meshgrid(first, first)
        p3 = 1 - p1 - p2
        p3 = np.where(np.abs(p3) < 1e-12, 0.0, p3)
        surface = cost(counts[0], p1) + cost(counts[1], p2) + cost(counts[2], np.maximum(p3, 0))
        return first, curve + 0.0, first, np.where(p3 < 0, np.inf, surface) + 0.0
