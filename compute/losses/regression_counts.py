"""Losses with a log link for counts and positive amounts: Poisson, Gamma and Tweedie.

Each is half the unit deviance: the negative log-likelihood with what depends on the target alone chosen so
that a perfect prediction costs 0. All are written in u, the logarithm of prediction over target, and go on
along their tangent beyond u = 50, where a prediction is e^50 times off, so that they stay finite.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compute.backend import Array
from compute.declaration import Parameter
from compute.links import Exponential, Link
from compute.losses.base import LossCard, column
from compute.losses.residual import NUMBERS_ONLY, ElementwiseLoss, scratch
from compute.special import LARGEST_EXPONENT
from compute.workspace import Workspace


def _zeros_and_logs(targets: Array, work: Workspace) -> tuple[Array, Array]:
    """Return 1 where a target is 0, else 0, and ln y, with 0 where a target is 0."""
    xp, zero, logs = work.xp, scratch(targets, work, "targets of 0"), scratch(targets, work, "log targets")
    xp.sign(targets, out=zero)
    xp.subtract(1, zero, out=zero)
    xp.add(targets, zero, out=logs)
    xp.log(logs, out=logs)
    return zero, logs


@dataclass(frozen=True)
class Poisson(ElementwiseLoss):
    r"""Half the Poisson deviance of means e^z, summed over outputs.

    .. math:: L = \sum_k (\mu_k - y_k z_k + y_k \ln y_k - y_k), \quad \mu_k = e^{z_k}, \qquad
        \partial L / \partial z_k = \mu_k - y_k

    Domain: targets ≥ 0, whole or not. Convex; the gradient grows like e^z above and is at most y below. Up
    to a term in the target the negative log-likelihood of a Poisson distribution, whose variance is its
    mean. The best constant is the mean. The limit of `Tweedie` for power → 1.

    Stable form: y (e^u − 1 − u) with u = z − ln y, by expm1; μ where y = 0. Beyond u = 50 (z = 50 where
    y = 0) along the tangent.

    References
    ----------
    .. [1] J. A. Nelder, R. W. M. Wedderburn, "Generalized Linear Models", J. R. Statist. Soc. A 135, 1972.
       doi:10.2307/2344614

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.log([[[3.0], [1.0]]]), np.array([[[3.0], [0.0]]])
    >>> value, gradient = Poisson().value_and_gradient(outputs, targets)
    >>> value.tolist(), gradient.tolist()
    ([[0.0, 1.0]], [[[0.0], [1.0]]])
    """

    link: ClassVar[Link] = Exponential()
    card: ClassVar[LossCard] = LossCard(
        name="poisson",
        label="Poisson",
        short="Poisson",
        help="For counts: the variance is the mean. The model's output is the logarithm of the mean; "
        "half the deviance, 0 for a perfect prediction.",
        formula=r"L = \sum_k (\mu_k - y_k z_k + y_k \ln y_k - y_k), \quad \mu_k = e^{z_k}",
        reference="doi:10.2307/2344614",
        tasks=NUMBERS_ONLY,
        link="exponential",
        target_domain="numbers of at least 0",
        gradient=r"\frac{\partial L}{\partial z_k} = \mu_k - y_k",
        plain="L = Σₖ (μₖ − yₖ zₖ + yₖ ln yₖ − yₖ), μₖ = exp(zₖ)",
        plain_gradient="∂L/∂zₖ = μₖ − yₖ",
        likelihood="Poisson with mean μ (up to a term in the target)",
        minimiser="mean",
        convex_in_outputs=True,
        scaling={
            "PyTorch": "nn.PoissonNLLLoss leaves out y ln y − y and means over outputs: this loss is "
            "K × theirs plus that term.",
            "Keras": "Poisson of the means leaves out y ln y − y and means over outputs: this loss is "
            "K × theirs plus that term.",
            "scikit-learn": "mean_poisson_deviance of the means is twice this loss with one output.",
        },
        target_low=0.0,
    )

    def _terms(self, outputs: Array, targets: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        zero, logs = _zeros_and_logs(targets, work)
        ratio, near, powers = (scratch(outputs, work, name) for name in ("loss b", "loss c", "loss d"))
        xp.subtract(outputs, logs, out=ratio)
        xp.minimum(ratio, LARGEST_EXPONENT, out=near)
        xp.exp(near, out=powers)
        xp.expm1(near, out=gradient)
        # terms: y (e^u − 1 − u) + (y or 1) e^u · (u beyond 50) + (e^u where y = 0)
        xp.subtract(gradient, ratio, out=terms)
        xp.multiply(terms, targets, out=terms)
        xp.multiply(gradient, targets, out=gradient)
        xp.subtract(ratio, near, out=ratio)
        xp.multiply(ratio, powers, out=ratio)
        xp.add(targets, zero, out=logs)
        xp.multiply(ratio, logs, out=ratio)
        xp.add(terms, ratio, out=terms)
        xp.multiply(powers, zero, out=powers)
        xp.add(terms, powers, out=terms)
        xp.add(gradient, powers, out=gradient)


@dataclass(frozen=True)
class Gamma(ElementwiseLoss):
    r"""Half the Gamma deviance of means e^z, summed over outputs.

    .. math:: L = \sum_k (\frac{y_k}{\mu_k} - \ln \frac{y_k}{\mu_k} - 1), \quad \mu_k = e^{z_k}, \qquad
        \partial L / \partial z_k = 1 - y_k / \mu_k

    Domain: targets > 0. Convex; it sees ratios only, so a common factor of targets and predictions changes
    nothing: for amounts whose deviation grows with their mean. The gradient is at most 1 above the target and
    grows like e^{−z} below it. The best constant is the mean. The limit of `Tweedie` for power → 2.

    Stable form: e^v − 1 − v with v = ln y − z, by expm1; beyond v = 50 along the tangent.

    References
    ----------
    .. [1] P. McCullagh, J. A. Nelder, "Generalized Linear Models", 2nd ed., 1989, chapter 8.
       doi:10.1007/978-1-4899-3242-6

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.log([[[3.0], [1.0]]]), np.array([[[3.0], [2.0]]])
    >>> value, gradient = Gamma().value_and_gradient(outputs, targets)
    >>> value.round(6).tolist(), gradient.round(6).tolist()
    ([[0.0, 0.306853]], [[[-0.0], [-1.0]]])
    """

    link: ClassVar[Link] = Exponential()
    card: ClassVar[LossCard] = LossCard(
        name="gamma",
        label="Gamma",
        short="Gamma",
        help="For positive amounts whose deviation grows with their mean: only ratios count. "
        "The model's output is the logarithm of the mean.",
        formula=r"L = \sum_k (\frac{y_k}{\mu_k} - \ln \frac{y_k}{\mu_k} - 1), \quad \mu_k = e^{z_k}",
        reference="doi:10.1007/978-1-4899-3242-6",
        tasks=NUMBERS_ONLY,
        link="exponential",
        target_domain="positive numbers",
        gradient=r"\frac{\partial L}{\partial z_k} = 1 - \frac{y_k}{\mu_k}",
        plain="L = Σₖ (yₖ/μₖ − ln(yₖ/μₖ) − 1), μₖ = exp(zₖ)",
        plain_gradient="∂L/∂zₖ = 1 − yₖ/μₖ",
        likelihood="Gamma with mean μ and shape 1, the exponential (up to a term in the target)",
        minimiser="mean",
        convex_in_outputs=True,
        scaling={
            "PyTorch": "has none.",
            "Keras": "has none.",
            "scikit-learn": "mean_gamma_deviance of the means is twice this loss with one output.",
        },
        target_low=0.0,
        target_low_open=True,
    )

    def _terms(self, outputs: Array, targets: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        logs = scratch(targets, work, "log targets")
        ratio, near = scratch(outputs, work, "loss b"), scratch(outputs, work)
        xp.log(targets, out=logs)
        xp.subtract(logs, outputs, out=ratio)
        xp.minimum(ratio, LARGEST_EXPONENT, out=near)
        xp.expm1(near, out=gradient)
        xp.subtract(gradient, ratio, out=terms)
        xp.subtract(ratio, near, out=ratio)
        xp.exp(near, out=near)
        xp.multiply(ratio, near, out=ratio)
        xp.add(terms, ratio, out=terms)
        xp.negative(gradient, out=gradient)


@dataclass(frozen=True)
class Tweedie(ElementwiseLoss):
    r"""Half the Tweedie deviance of means e^z with 1 < power < 2, summed over outputs.

    .. math::
        L = \sum_k (\frac{\mu_k^{2 - p} - y_k^{2 - p}}{2 - p} -
        y_k \frac{\mu_k^{1 - p} - y_k^{1 - p}}{1 - p}), \quad \mu_k = e^{z_k}, \qquad
        \partial L / \partial z_k = \mu_k^{2 - p} - y_k \mu_k^{1 - p}

    Domain: targets ≥ 0, for amounts that are often exactly 0, such as rain or claims. The variance grows like
    the mean to the power p. Convex. The best constant is the mean. power → 1 gives `Poisson`, power → 2
    `Gamma`.

    Stable form: y^{2−p} (F(2 − p) − F(1 − p)) with F(a) = expm1(a u) / a and u = z − ln y, which holds near
    both limits; μ^{2−p} / (2 − p) where y = 0. Beyond abs u = 50 along the tangent.

    Parameters
    ----------
    power
        p, how the variance grows with the mean; a number or an (R, 1) column.

    References
    ----------
    .. [1] B. Jørgensen, "Exponential Dispersion Models", J. R. Statist. Soc. B 49, 1987.
       doi:10.1111/j.2517-6161.1987.tb01685.x

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.log([[[3.0], [4.0]]]), np.array([[[3.0], [0.0]]])
    >>> value, gradient = Tweedie(1.5).value_and_gradient(outputs, targets)
    >>> value.round(6).tolist(), gradient.round(6).tolist()
    ([[0.0, 4.0]], [[[0.0], [2.0]]])
    """

    power: float | Array = 1.5

    link: ClassVar[Link] = Exponential()
    card: ClassVar[LossCard] = LossCard(
        name="tweedie",
        label="Tweedie",
        short="Tweedie",
        help="Between Poisson (1) and Gamma (2): for positive amounts that are often exactly 0. "
        "The model's output is the logarithm of the mean.",
        formula=r"L = \sum_k (\frac{\mu_k^{2 - p} - y_k^{2 - p}}{2 - p} - "
        r"y_k \frac{\mu_k^{1 - p} - y_k^{1 - p}}{1 - p}), \quad \mu_k = e^{z_k}",
        parameters=(
            Parameter(
                "power", "Power", "float", 1.5, low=1.0001, high=1.9999, slider="linear",
                help="The variance grows like the mean to this power.",
            ),
        ),
        reference="doi:10.1111/j.2517-6161.1987.tb01685.x",
        tasks=NUMBERS_ONLY,
        link="exponential",
        target_domain="numbers of at least 0",
        gradient=r"\frac{\partial L}{\partial z_k} = \mu_k^{2 - p} - y_k \mu_k^{1 - p}",
        plain="L = Σₖ ((μₖ^(2−p) − yₖ^(2−p))/(2−p) − yₖ (μₖ^(1−p) − yₖ^(1−p))/(1−p)), μₖ = exp(zₖ)",
        plain_gradient="∂L/∂zₖ = μₖ^(2−p) − yₖ μₖ^(1−p)",
        likelihood="Tweedie (compound Poisson of Gammas) with mean μ and dispersion 1 (up to a term in the "
        "target)",
        minimiser="mean",
        convex_in_outputs=True,
        scaling={
            "PyTorch": "has none.",
            "Keras": "has none.",
            "scikit-learn": "mean_tweedie_deviance of the means is twice this loss with one output.",
        },
        target_low=0.0,
    )  # fmt: skip

    def _terms(self, outputs: Array, targets: Array, terms: Array, gradient: Array, work: Workspace) -> None:
        xp, high = work.xp, 2 - column(self.power, outputs)
        low = high - 1
        zero, logs = _zeros_and_logs(targets, work)
        ratio, near, more = (scratch(outputs, work, name) for name in ("loss b", "loss c", "loss d"))
        weight = scratch(outputs, work, "loss e")
        xp.power(targets, high, out=weight)
        xp.subtract(outputs, logs, out=ratio)
        xp.clip(ratio, -LARGEST_EXPONENT, LARGEST_EXPONENT, out=near)
        _write_growth(near, high, terms, work)
        _write_growth(near, low, more, work)
        xp.subtract(terms, more, out=terms)
        xp.subtract(ratio, near, out=ratio)
        xp.multiply(near, low, out=more)
        xp.exp(more, out=more)
        xp.expm1(near, out=gradient)
        xp.multiply(gradient, more, out=gradient)
        xp.multiply(ratio, gradient, out=ratio)
        xp.add(terms, ratio, out=terms)
        xp.multiply(terms, weight, out=terms)
        xp.multiply(gradient, weight, out=gradient)
        # what targets of 0 add
        xp.minimum(outputs, LARGEST_EXPONENT, out=near)
        xp.subtract(outputs, near, out=ratio)
        xp.multiply(near, high, out=near)
        xp.exp(near, out=near)
        xp.multiply(near, zero, out=near)
        xp.add(gradient, near, out=gradient)
        xp.add(ratio, 1 / high, out=ratio)
        xp.multiply(near, ratio, out=near)
        xp.add(terms, near, out=terms)


def _write_growth(u: Array, rate: float | Array, out: Array, work: Workspace) -> None:
    """Write (e^(rate u) − 1) / rate, which is u for a rate of 0."""
    work.xp.multiply(u, rate, out=out)
    work.xp.expm1(out, out=out)
    work.xp.divide(out, rate, out=out)
