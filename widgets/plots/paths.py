"""Painter paths by pyqtgraph, which is loaded when the first one is wanted: it takes a while."""

from __future__ import annotations

from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QPainterPath


def marker_path(name: str) -> QPainterPath:
    """Return a marker as pyqtgraph names it, one unit wide around 0. An unknown name raises KeyError."""
    from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols

    return cast(QPainterPath, Symbols[name])


def array_path(
    x: NDArray[np.float64], y: NDArray[np.float64], connect: Literal["all", "pairs", "finite"] = "all"
) -> QPainterPath:
    """Return the path through points (n,); ``finite`` breaks it at NaN, ``pairs`` after each second one."""
    from pyqtgraph.functions import arrayToQPath

    return cast(QPainterPath, arrayToQPath(x, y, connect=connect))
