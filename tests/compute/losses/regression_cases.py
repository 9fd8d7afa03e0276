"""Losses on numbers: more hyper-parameters to test, their corners, and their formulas in exact arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from compute.losses import Loss

REGRESSION_CASES: dict[str, dict[str, float]] = {
    "smooth_l1 small": {"beta": 0.3},
    "pinball high": {"tau": 0.9},
    "epsilon_insensitive wide": {"epsilon": 0.8},
    "squared_epsilon_insensitive wide": {"epsilon": 0.8},
    "cauchy wide": {"c": 2.5},
    "student_t cauchy": {"degrees_of_freedom": 1.0, "sigma": 1.5},
    "geman_mcclure wide": {"c": 2.5},
    "welsch wide": {"c": 2.5},
    "tukey_biweight small": {"c": 2.0},
    "general_robust geman": {"alpha": -2.0, "c": 1.5},
    "general_robust steep": {"alpha": 0.5},
    "tweedie low": {"power": 1.05},
    "tweedie high": {"power": 1.9},
}

LARGEST = Decimal(50)
ZERO, ONE = Decimal(0), Decimal(1)
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899")


def kinks(loss: Loss) -> list[float]:
    """Sizes of the difference between prediction and target at which the slope, or its slope, jumps."""
    name = loss.card.name
    if name.startswith("absolute") or name in ("pinball", "laplace_nll"):
        return [0.0]
    for parameter in ("delta", "beta", "epsilon"):
        if hasattr(loss, parameter):
            return [getattr(loss, parameter)]
    return [loss.c] if name == "tukey_biweight" else []  # type: ignore[attr-defined]


def of(loss: Loss, name: str) -> Decimal:
    return Decimal(repr(getattr(loss, name)))


def exponential(u: Decimal) -> Decimal:
    """e^u, beyond 50 its tangent."""
    return u.exp() if u <= LARGEST else LARGEST.exp() * (1 + u - LARGEST)


def by_residual(
    term: Callable[[Any, Decimal], Decimal],
) -> Callable[[Any, list[Decimal], list[Decimal]], Decimal]:
    return lambda loss, z, y: sum((term(loss, a - b) for a, b in zip(z, y, strict=True)), ZERO)


def by_pair(
    term: Callable[[Any, Decimal, Decimal], Decimal],
) -> Callable[[Any, list[Decimal], list[Decimal]], Decimal]:
    return lambda loss, z, y: sum((term(loss, a, b) for a, b in zip(z, y, strict=True)), ZERO)


def smooth_l1(loss: Any, r: Decimal) -> Decimal:
    beta = of(loss, "beta")
    return r * r / (2 * beta) if abs(r) <= beta else abs(r) - beta / 2


def tukey(loss: Any, r: Decimal) -> Decimal:
    c = of(loss, "c")
    return c * c / 6 * (1 - (1 - min((r / c) ** 2, ONE)) ** 3)


def general(loss: Any, r: Decimal) -> Decimal:
    alpha, x = of(loss, "alpha"), (r / of(loss, "c")) ** 2
    if alpha == 0:
        return (x / 2 + 1).ln()
    b = abs(alpha - 2)
    return b / alpha * ((alpha / 2 * (x / b + 1).ln()).exp() - 1)


def poisson(_: Any, z: Decimal, y: Decimal) -> Decimal:
    if y == 0:
        return exponential(z)
    u = z - y.ln()
    return y * (exponential(u) - 1 - u)


def gamma(_: Any, z: Decimal, y: Decimal) -> Decimal:
    v = y.ln() - z
    return exponential(v) - 1 - v


def tweedie(loss: Any, z: Decimal, y: Decimal) -> Decimal:
    p = of(loss, "power")
    if y == 0:
        near = min(z, LARGEST)
        return ((2 - p) * near).exp() * (1 / (2 - p) + z - near)

    def deviance(z: Decimal) -> Decimal:
        up, down = ((2 - p) * z).exp() / (2 - p), y * ((1 - p) * z).exp() / (1 - p)
        return up - down + ((2 - p) * y.ln()).exp() / ((1 - p) * (2 - p))

    near = y.ln() + max(-LARGEST, min(LARGEST, z - y.ln()))
    slope = ((2 - p) * near).exp() - y * ((1 - p) * near).exp()
    return deviance(near) + slope * (z - near)


def with_scale(
    term: Callable[[Decimal, Decimal], Decimal],
) -> Callable[[Any, list[Decimal], list[Decimal]], Decimal]:
    def total(_: Any, z: list[Decimal], y: list[Decimal]) -> Decimal:
        count = len(y)
        return sum((term(z[k] - y[k], z[count + k]) for k in range(count)), ZERO)

    return total


def log_cosh(_: Any, r: Decimal) -> Decimal:
    return ((r.exp() + (-r).exp()) / 2).ln()


def student_t(loss: Any, r: Decimal) -> Decimal:
    nu, scale = of(loss, "degrees_of_freedom"), of(loss, "sigma")
    return (nu + 1) / 2 * (1 + (r / scale) ** 2 / nu).ln()


EXACT: dict[str, Callable[[Any, list[Decimal], list[Decimal]], Decimal]] = {
    "half_squared_error": by_residual(lambda _, r: r * r / 2),
    "smooth_l1": by_residual(smooth_l1),
    "log_cosh": by_residual(log_cosh),
    "pinball": by_residual(lambda loss, r: max((1 - of(loss, "tau")) * r, -of(loss, "tau") * r)),
    "epsilon_insensitive": by_residual(lambda loss, r: max(ZERO, abs(r) - of(loss, "epsilon"))),
    "squared_epsilon_insensitive": by_residual(lambda loss, r: max(ZERO, abs(r) - of(loss, "epsilon")) ** 2),
    "cauchy": by_residual(lambda loss, r: of(loss, "c") ** 2 / 2 * (1 + (r / of(loss, "c")) ** 2).ln()),
    "student_t": by_residual(student_t),
    "geman_mcclure": by_residual(lambda loss, r: r * r / 2 / (1 + (r / of(loss, "c")) ** 2)),
    "welsch": by_residual(lambda loss, r: of(loss, "c") ** 2 / 2 * (1 - (-((r / of(loss, "c")) ** 2)).exp())),
    "tukey_biweight": by_residual(tukey),
    "general_robust": by_residual(general),
    "absolute_percentage_error": by_pair(lambda _, z, y: abs(z - y) / y),
    "squared_log_error": by_pair(lambda _, z, y: (z - (1 + y).ln()) ** 2),
    "gaussian_nll": with_scale(lambda r, s: s + r * r * exponential(-2 * s) / 2 + (2 * PI).ln() / 2),
    "laplace_nll": with_scale(lambda r, s: s + abs(r) * exponential(-s) + Decimal(2).ln()),
    "poisson": by_pair(poisson),
    "gamma": by_pair(gamma),
    "tweedie": by_pair(tweedie),
}
