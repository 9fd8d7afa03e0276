"""A device made of NumPy that refuses what CuPy refuses and what would make a GPU wait."""

from tests.standin.device import StandIn

__all__ = ["StandIn"]
