"""What is marked on a decision surface or fit: misclassified points, margins, residuals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from lab.view_options import ViewOptions

if TYPE_CHECKING:
    from lab.chart import ChartChoice

MOST_RESIDUALS = 300
"""Points up to which lines to the fits can be told apart."""
MOST_FITS = 2
_ON_OFF = (("on", "Shown"), ("off", "Hidden"))


def misclassified(
    points: NDArray[np.float64],
    labels: NDArray[np.float64],
    axes: tuple[NDArray[np.float64], ...],
    values: NDArray[np.floating],
    kind: str,
) -> NDArray[np.bool_]:
    """Return which points a surface takes for another class than their label, (n,).

    Parameters
    ----------
    points
        (n, 2) in the units of the axes.
    labels
        (n,) class indices.
    axes
        The grid's two axes, ascending and evenly spaced.
    values
        (ny, nx): the probability of class 1, or the predicted class.
    kind
        "probability", which is interpolated between the grid's points, or "class", of which the nearest is
        taken; so what is marked agrees with the boundary that is drawn.

    Returns
    -------
    (n,), all false where nothing is known: a label or the surface is no number.
    """
    wrong = np.zeros(len(points), dtype=bool)
    if np.shape(values) != (len(axes[1]), len(axes[0])) or min(np.shape(values)) < 2:
        return wrong
    column, row = (
        np.interp(points[:, feature], axes[feature], np.arange(len(axes[feature]))) for feature in (0, 1)
    )
    known = np.isfinite(column) & np.isfinite(row) & np.isfinite(labels)
    column, row = np.where(known, column, 0.0), np.where(known, row, 0.0)
    if kind == "class":
        predicted = values[np.rint(row).astype(np.intp), np.rint(column).astype(np.intp)]
    else:
        left = np.minimum(column.astype(np.intp), len(axes[0]) - 2)
        below = np.minimum(row.astype(np.intp), len(axes[1]) - 2)
        right, up = column - left, row - below
        low = (1 - right) * values[below, left] + right * values[below, left + 1]
        high = (1 - right) * values[below + 1, left] + right * values[below + 1, left + 1]
        probability = (1 - up) * low + up * high
        predicted = np.where(np.isfinite(probability), probability > 0.5, np.nan)
    known &= np.isfinite(predicted)
    wrong[known] = predicted[known] != labels[known]
    return wrong


def field_choices(
    options: ViewOptions, kind: str, features: int, classes: int, points: int, views: int
) -> tuple[ChartChoice, ...]:
    """Return what can be marked in a plot of the data, each shown or hidden.

    Misclassified points on surfaces of classes, margins where there are probabilities of two classes,
    residuals on fits of one feature where they are few enough to be told apart.
    """
    found = []
    if features == 2 and classes:
        found.append(_choice(options, "wrong", "Misclassified", "on"))
    if features == 2 and kind == "probability" and classes:
        found.append(_choice(options, "margins", "Margins", "on"))
    if features == 1 and not classes and points <= MOST_RESIDUALS and 1 <= views <= MOST_FITS:
        found.append(_choice(options, "residuals", "Residuals", "off"))
    return tuple(found)


def _choice(options: ViewOptions, key: str, label: str, usual: str) -> ChartChoice:
    current = options.choice(key, usual)
    from lab.chart import ChartChoice  # loaded with the first data plot

    return ChartChoice(key, label, _ON_OFF, current if current in dict(_ON_OFF) else usual, head=False)
