"""Functions of formulas that SymPy is to differentiate but not to look into. Imports SymPy.

Conditions, magnitudes and the stable forms are opaque to it: a condition stays as it was typed, sign(0) is 0,
and no rewriting of cases can take long or change what is computed at a kink.
"""

from __future__ import annotations

from typing import Any

import sympy


class Magnitude(sympy.Function):  # type: ignore[misc]
    """abs(x), whose derivative is sign(x)."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """Return the derivative."""
        return Sign(self.args[0])


class Sign(sympy.Function):  # type: ignore[misc]
    """sign(x), whose derivative is taken as 0 everywhere."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """Return the derivative."""
        return sympy.Integer(0)


class Log1p(sympy.Function):  # type: ignore[misc]
    """log(1 + x)."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """Return the derivative."""
        return 1 / (1 + self.args[0])


class Expm1(sympy.Function):  # type: ignore[misc]
    """exp(x) − 1."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """Return the derivative."""
        return sympy.exp(self.args[0])


class Logistic(sympy.Function):  # type: ignore[misc]
    """1/(1 + exp(−x)), with a derivative that keeps its digits at both ends."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """Return the derivative."""
        return Logistic(self.args[0]) * Logistic(-self.args[0])


class Softplus(sympy.Function):  # type: ignore[misc]
    """log(1 + exp(x))."""

    nargs = 1

    def fdiff(self, argindex: int = 1) -> Any:
        """Return the derivative."""
        return Logistic(self.args[0])


class Choice(sympy.Function):  # type: ignore[misc]
    """One of two values by a comparison: Choice(kind, left, right, then, otherwise)."""

    nargs = 5

    @classmethod
    def eval(cls, kind: Any, left: Any, right: Any, then: Any, otherwise: Any) -> Any:
        """Drop a choice between equals."""
        return then if then == otherwise else None

    def _eval_derivative(self, symbol: Any) -> Any:
        kind, left, right, then, otherwise = self.args
        return Choice(kind, left, right, then.diff(symbol), otherwise.diff(symbol))
