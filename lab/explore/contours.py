"""Contour lines of numbers on a triangle mesh: exact for a function that is linear in each triangle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def contour_pieces(
    xy: NDArray[np.float64], triangles: NDArray[np.intp], values: NDArray[np.float64], level: float
) -> NDArray[np.float64]:
    """Return the line pieces (s, 2, 2) on which the interpolated values are a level.

    Parameters
    ----------
    xy
        (n, 2) corners.
    triangles
        (m, 3) indices.
    values
        (n,); triangles with an infinite corner are left out.
    level
        The level.
    """
    at = values[triangles]
    kept = np.isfinite(at).all(axis=1)
    above = at > level
    crossed = kept & (above.any(axis=1) != above.all(axis=1))
    if not crossed.any():
        return np.empty((0, 2, 2))
    corners, at, above = triangles[crossed], at[crossed], above[crossed]
    # Two corners lie on one side and one, the lone one, on the other: the line cuts its two edges.
    alone = np.where((above.sum(axis=1) == 1)[:, None], above, ~above).argmax(axis=1)
    row = np.arange(len(corners))
    pieces = np.empty((len(corners), 2, 2))
    for end in (0, 1):
        other = (alone + 1 + end) % 3
        share = (level - at[row, alone]) / (at[row, other] - at[row, alone])
        start, stop = xy[corners[row, alone]], xy[corners[row, other]]
        pieces[:, end] = start + share[:, None] * (stop - start)
    return pieces


def grid_contours(
    x: NDArray[np.float64], y: NDArray[np.float64], values: NDArray[np.float64], level: float
) -> NDArray[np.float64]:
    """Return the line pieces (s, 2, 2) of a level of values (len(y), len(x)) on a grid."""
    across, up = np.meshgrid(x, y)
    xy = np.stack([across.ravel(), up.ravel()], axis=1)
    corner = (np.arange(len(y) - 1)[:, None] * len(x) + np.arange(len(x) - 1)).ravel()
    right, above, over = corner + 1, corner + len(x), corner + len(x) + 1
    lower, upper = np.stack([corner, right, above], axis=1), np.stack([right, over, above], axis=1)
    return contour_pieces(xy, np.concatenate([lower, upper]), values.ravel(), level)
