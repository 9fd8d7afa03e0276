"""Numbers that several claims are held against."""

from __future__ import annotations

TENTHS = [round(0.1 * k, 1) for k in range(11)]


SIX = 6e-7
"""Half a unit in the sixth decimal, and a little for the rounding of the printed number."""
