"""Squared error on raw outputs with the label's term rescaled, for many classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from compute.backend import Array
from compute.declaration import Parameter
from compute.links import Link, Scaled
from compute.losses.base import Loss, LossCard, column
from compute.losses.reductions import sum_last
from compute.workspace import Workspace


@dataclass(frozen=True)
class RescaledSquaredError(Loss):
    r"""Squared error on raw outputs of classes, the label's term k times as heavy and aimed at M.

    .. math:: L = \sum_j [1 + (k - 1) y_j] (z_j - M y_j)^2, \qquad
        \partial L / \partial z_j = 2 [1 + (k - 1) y_j] (z_j - M y_j)

    that is k (z_y − M)² for the label plus z² for the others. Domain: targets 0 or 1. Convex; neither value
    nor gradient is bounded. With k = M = 1 it is `SquaredError`. The prediction is z / M; its best constant
    is k q / (k q + 1 − q) for a share of ones q, the mean for k = 1.

    Stable form: as written.

    Parameters
    ----------
    k
        Weight of the label's output, above 0; a number or an (R, 1) column.
    M
        Target of the label's output, above 0; a number or an (R, 1) column.

    References
    ----------
    .. [1] L. Hui, M. Belkin, "Evaluation of Neural Architectures Trained with Square Loss vs Cross-Entropy in
       Classification Tasks", ICLR 2021. arXiv:2006.07322

    Examples
    --------
    >>> import numpy as np
    >>> outputs, targets = np.array([[[8.0, 2.0]]]), np.array([[[1.0, 0.0]]])
    >>> value, gradient = RescaledSquaredError(k=2.0, M=10.0).value_and_gradient(outputs, targets)
    >>> value.tolist(), gradient.tolist()
    ([[12.0]], [[[-8.0, 4.0]]])
    """

    k: float | Array = 1.0
    M: float | Array = 15.0

    card: ClassVar[LossCard] = LossCard(
        name="rescaled_squared_error",
        label="MSE on raw outputs, rescaled",
        short="MSE k,M",
        help="Squared distance of the raw outputs to M for the label and 0 for the others, the label's "
        "counting k times: what makes least squares work for many classes.",
        formula=r"L = k (z_y - M)^2 + \sum_{j \neq y} z_j^2",
        parameters=(
            Parameter("k", "k", "float", 1.0, low=0.0, low_open=True, high=1e6, slider="log",
                      help="Weight of the label's output."),
            Parameter("M", "M", "float", 15.0, low=0.0, low_open=True, high=1e6, slider="log",
                      help="What the label's output should be."),
        ),
        reference="arXiv:2006.07322",
        tasks=("binary", "multiclass"),
        link="scaled",
        target_domain="0 or 1 for each output",
        gradient=r"\frac{\partial L}{\partial z_y} = 2 k (z_y - M), "
        r"\quad \frac{\partial L}{\partial z_j} = 2 z_j \quad (j \neq y)",
        plain="L = k (z of the label − M)² + Σ of the other z²",
        plain_gradient="∂L/∂z = 2 k (z − M) for the label, 2 z for the others",
        likelihood="Gaussian around M or 0, the label's output with variance 1/(2k), the others with ½",
        minimiser="k q / (k q + 1 − q) for a share of ones q",
        convex_in_outputs=True,
        scaling={
            "PyTorch": "has none; nn.MSELoss at k = M = 1 means over outputs too: this loss is K × theirs.",
            "Optax": "has none; squared_error at k = M = 1 is per output: this loss is its sum.",
            "Keras": "has none; MeanSquaredError at k = M = 1 means over outputs too: this loss is K × "
            "theirs.",
            "papers": "Hui and Belkin divide by the number of classes: this loss is K × theirs.",
        },
    )  # fmt: skip

    @property
    def link(self) -> Link:  # type: ignore[override]
        """Outputs divided by M."""
        return Scaled(self.M)

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        xp = work.xp
        k, M = column(self.k, outputs), column(self.M, outputs)
        residual, weight = work.outputs("rescaled", (2, *outputs.shape), outputs.dtype)
        xp.multiply(targets, M, residual)
        xp.subtract(outputs, residual, residual)
        xp.multiply(targets, k - 1, weight)
        xp.add(weight, 1, weight)
        xp.multiply(residual, weight, gradient)
        sum_last(xp.multiply(residual, gradient, residual), value, work)
        xp.add(gradient, gradient, gradient)
