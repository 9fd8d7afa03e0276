"""What a person did to the points of a data plot, as data: one value an act."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class PointMoved:
    """A point was moved: its place among the points shown, and where it is now in original units.

    ``y`` is the second feature, or the target where there is one feature. All moves of one drag have one
    ``gesture``, so that undo takes back the whole of it.
    """

    place: int
    x: float
    y: float
    gesture: int


@dataclass(frozen=True)
class PointAdded:
    """A point was added: features (x, y) with a class or target; with one feature, x and the target y."""

    x: float
    y: float
    target: float
    gesture: int


@dataclass(frozen=True)
class PointsErased:
    """Points were taken away, by their places among the points shown."""

    places: tuple[int, ...]
    gesture: int


FieldEdit: TypeAlias = PointMoved | PointAdded | PointsErased
