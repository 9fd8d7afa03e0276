"""Problems in words, for everything above `compute`: the window need not reach down for them."""

from __future__ import annotations

from compute.problems import Excerpt, Problem, ProblemError, Remedy

__all__ = ["Excerpt", "Problem", "ProblemError", "Remedy"]
