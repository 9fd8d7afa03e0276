r"""Links: what turns a model's raw outputs into its predictions.

A link acts on the last axis, (..., K) → (..., K). `Link.backward` is the product with its Jacobian, by
which the gradient with respect to the predictions becomes the gradient with respect to the outputs.
Losses that have a joint stable form with their link (`compute.losses`) do not go through it.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from compute.backend import Array, array_module
from compute.declaration import Declaration
from compute.special import LARGEST_EXPONENT, exponential, sigmoid, softmax, sparsemax


@dataclass(frozen=True)
class Link(ABC):
    """A differentiable map from outputs to predictions; a value without state, equal to its like."""

    declaration: ClassVar[Declaration]
    joint: ClassVar[bool] = False
    """Whether the outputs make one prediction together, so that two classes need two of them."""

    @property
    def name(self) -> str:
        """Registry name."""
        return self.declaration.name

    @property
    def label(self) -> str:
        """Name for people."""
        return self.declaration.label

    def logits(self, outputs: Array) -> Array | None:
        """Return the numbers whose logistic function the predictions are, or nothing for other links."""
        return None

    @abstractmethod
    def forward(self, outputs: Array, out: Array | None = None) -> Array:
        """Return the predictions of raw outputs, both (..., K); written into ``out`` where it is given."""

    @abstractmethod
    def backward(self, predictions: Array, grad_predictions: Array, out: Array | None = None) -> Array:
        """Return the gradient with respect to the outputs.

        Parameters
        ----------
        predictions
            (..., K) what `forward` returned.
        grad_predictions
            (..., K) gradient of some scalar with respect to the predictions.
        out
            Where to write; may be ``grad_predictions`` itself.

        Returns
        -------
        Array
            (..., K) the Jacobian, transposed, times ``grad_predictions``.
        """


class Identity(Link):
    """Predictions are the outputs."""

    declaration = Declaration(
        "identity",
        "Identity",
        short="identity",
        help="The prediction is the raw output.",
        formula=r"p_k = z_k",
    )

    def forward(self, outputs: Array, out: Array | None = None) -> Array:
        """Return the outputs (a copy, or in ``out``)."""
        return _copied(outputs, out)

    def backward(self, predictions: Array, grad_predictions: Array, out: Array | None = None) -> Array:
        """Return the gradient as it is (a copy, or in ``out``)."""
        return _copied(grad_predictions, out)


class Sigmoid(Link):
    r"""Each output for itself squeezed into (0, 1): :math:`p = 1 / (1 + e^{-z})`, :math:`p' = p (1 - p)`."""

    declaration = Declaration(
        "sigmoid",
        "Sigmoid",
        short="sigmoid",
        help="Each output for itself becomes a probability; with several outputs they need not sum to 1.",
        formula=r"p_k = \frac{1}{1 + e^{-z_k}}",
    )

    def logits(self, outputs: Array) -> Array | None:
        """Return the outputs."""
        return outputs

    def forward(self, outputs: Array, out: Array | None = None) -> Array:
        """Return the sigmoid of every output."""
        return sigmoid(outputs, out=out)

    def backward(self, predictions: Array, grad_predictions: Array, out: Array | None = None) -> Array:
        """Return g p (1 − p)."""
        xp = array_module(predictions)
        slope = predictions - predictions * predictions
        result: Array = xp.multiply(grad_predictions, slope, out=out)
        return result


class Softmax(Link):
    r"""A probability vector: :math:`p_k = e^{z_k} / \sum_j e^{z_j}`, Jacobian :math:`diag(p) - p p^T`."""

    declaration = Declaration(
        "softmax",
        "Softmax",
        short="softmax",
        help="The outputs together become probabilities that sum to 1.",
        formula=r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}",
    )
    joint = True

    def forward(self, outputs: Array, out: Array | None = None) -> Array:
        """Return the softmax over the last axis."""
        return softmax(outputs, out=out)

    def backward(self, predictions: Array, grad_predictions: Array, out: Array | None = None) -> Array:
        """Return p (g − Σ g p)."""
        xp = array_module(predictions)
        mean = xp.sum(grad_predictions * predictions, axis=-1, keepdims=True)
        centred = xp.subtract(grad_predictions, mean, out=out)
        result: Array = xp.multiply(predictions, centred, out=out)
        return result


class Tanh(Link):
    r"""Each output for itself squeezed into (−1, 1): :math:`p = \tanh z`, :math:`p' = 1 - p^2`."""

    declaration = Declaration(
        "tanh",
        "Tanh",
        short="tanh",
        help="Each output for itself is squeezed into (−1, 1).",
        formula=r"p_k = \tanh z_k",
    )

    def forward(self, outputs: Array, out: Array | None = None) -> Array:
        """Return the hyperbolic tangent of every output."""
        return array_module(outputs).tanh(outputs, out=out)  # type: ignore[no-any-return]

    def backward(self, predictions: Array, grad_predictions: Array, out: Array | None = None) -> Array:
        """Return g (1 − p²)."""
        xp = array_module(predictions)
        slope = (1 - predictions) * (1 + predictions)
        result: Array = xp.multiply(grad_predictions, slope, out=out)
        return result


class Exponential(Link):
    r"""Positive predictions: the outputs are logarithms, :math:`p = e^z`, :math:`p' = p`.

    Beyond z = 50 the exponential goes on along its tangent, so that it stays finite; see
    `compute.special.exponential`.
    """

    declaration = Declaration(
        "exponential",
        "Exponential",
        short="exp",
        help="The output is the logarithm of the prediction, which is therefore positive (a log link).",
        formula=r"p_k = e^{z_k}",
    )

    def forward(self, outputs: Array, out: Array | None = None) -> Array:
        """Return the exponential of every output."""
        return exponential(outputs, out=out)

    def backward(self, predictions: Array, grad_predictions: Array, out: Array | None = None) -> Array:
        """Return g p, or g times the tangent's slope."""
        xp = array_module(predictions)
        slope = xp.minimum(predictions, _STEEPEST)
        result: Array = xp.multiply(grad_predictions, slope, out=out)
        return result


class ExponentialMinusOne(Link):
    r"""Predictions above −1: the outputs are :math:`\ln(1 + p)`, so :math:`p = e^z - 1`, :math:`p' = 1 + p`.

    Beyond z = 50 the exponential goes on along its tangent; see `compute.special.exponential`.
    """

    declaration = Declaration(
        "exponential_minus_one",
        "Exponential − 1",
        short="exp − 1",
        help="The output is the logarithm of 1 + the prediction, which is therefore above −1.",
        formula=r"p_k = e^{z_k} - 1",
    )

    def forward(self, outputs: Array, out: Array | None = None) -> Array:
        """Return e^z − 1 of every output, accurate near 0."""
        xp = array_module(outputs)
        beyond = xp.maximum(outputs - LARGEST_EXPONENT, 0)
        result: Array = xp.expm1(xp.minimum(outputs, LARGEST_EXPONENT), out=out)
        result += beyond * _STEEPEST
        return result

    def backward(self, predictions: Array, grad_predictions: Array, out: Array | None = None) -> Array:
        """Return g (1 + p), or g times the tangent's slope."""
        xp = array_module(predictions)
        slope = xp.minimum(predictions + 1, _STEEPEST)
        result: Array = xp.multiply(grad_predictions, slope, out=out)
        return result


class SigmoidTwice(Link):
    r"""The sigmoid of twice the output, :math:`p = 1 / (1 + e^{-2z})`, :math:`p' = 2 p (1 - p)`.

    What the output of the exponential loss means: half the logarithm of the odds.
    """

    declaration = Declaration(
        "sigmoid_twice",
        "Sigmoid of 2 z",
        short="sigmoid 2z",
        help="Each output for itself becomes a probability; the output is half the logarithm of the odds.",
        formula=r"p_k = \frac{1}{1 + e^{-2 z_k}}",
    )

    def logits(self, outputs: Array) -> Array | None:
        """Return twice the outputs."""
        return outputs + outputs

    def forward(self, outputs: Array, out: Array | None = None) -> Array:
        """Return the sigmoid of twice every output."""
        return sigmoid(outputs + outputs, out=out)

    def backward(self, predictions: Array, grad_predictions: Array, out: Array | None = None) -> Array:
        """Return 2 g p (1 − p)."""
        xp = array_module(predictions)
        slope = 2 * (predictions - predictions * predictions)
        result: Array = xp.multiply(grad_predictions, slope, out=out)
        return result


class Margin(Link):
    r"""A score whose sign is the class, read as a probability: :math:`p = clip((1 + z) / 2, 0, 1)`.

    Margin losses want a score of +1 or −1; a score of 0 is no decision. It is the sparsemax of the
    scores z and 0 at margin 1, and for the squared hinge and modified Huber losses the right probability.
    """

    declaration = Declaration(
        "margin",
        "Margin",
        short="margin",
        help="A score whose sign is the class. As a probability it counts as (1 + z)/2, kept within 0 and 1.",
        formula=r"p_k = \min\Big( 1, \max\Big( 0, \frac{1 + z_k}{2} \Big) \Big)",
    )

    def forward(self, outputs: Array, out: Array | None = None) -> Array:
        """Return (1 + z) / 2 of every output, kept within 0 and 1."""
        xp = array_module(outputs)
        half = xp.multiply(outputs, 0.5, out=out)
        half += 0.5
        result: Array = xp.clip(half, 0, 1, out=half)
        return result

    def backward(self, predictions: Array, grad_predictions: Array, out: Array | None = None) -> Array:
        """Return g / 2 where the prediction lies between 0 and 1, else 0."""
        xp = array_module(predictions)
        inside = (predictions > 0) & (predictions < 1)
        result: Array = xp.multiply(grad_predictions, inside * predictions.dtype.type(0.5), out=out)
        return result


class Sparsemax(Link):
    r"""The nearest probability vector, :math:`p = argmin_p |p - z|^2`: sparse where softmax never is.

    The Jacobian is :math:`diag(s) - s s^T / |s|_1` with s = 1 where p > 0.
    """

    declaration = Declaration(
        "sparsemax",
        "Sparsemax",
        short="sparsemax",
        help="The probability vector nearest to the outputs: an output far below the largest gets exactly 0.",
        formula=r"p_k = \max(0, z_k - \tau), \quad \sum_k p_k = 1",
        reference="arXiv:1602.02068",
    )
    joint = True

    def forward(self, outputs: Array, out: Array | None = None) -> Array:
        """Return the sparsemax over the last axis."""
        return sparsemax(outputs, out=out)

    def backward(self, predictions: Array, grad_predictions: Array, out: Array | None = None) -> Array:
        """Return g − mean of g over the support, 0 outside of it."""
        xp = array_module(predictions)
        support = (predictions > 0).astype(predictions.dtype)
        size = xp.sum(support, axis=-1, keepdims=True)
        mean = xp.sum(grad_predictions * support, axis=-1, keepdims=True) / size
        centred = xp.subtract(grad_predictions, mean, out=out)
        result: Array = xp.multiply(centred, support, out=out)
        return result


@dataclass(frozen=True)
class Scaled(Link):
    """Outputs divided by the number that stands for a sure class: :math:`p = z / M`."""

    M: float | Array = 1.0

    declaration: ClassVar[Declaration] = Declaration(
        "scaled",
        "Divided by M",
        short="z / M",
        help="The output divided by the number M that stands for the right class.",
        formula=r"p_k = \frac{z_k}{M}",
    )

    def _size(self, like: Array) -> Any:
        return self.M if isinstance(self.M, (int, float)) else self.M[..., None].astype(like.dtype)

    def forward(self, outputs: Array, out: Array | None = None) -> Array:
        """Return the outputs divided by M; a column M (R, 1) wants outputs (R, N, K)."""
        return array_module(outputs).divide(outputs, self._size(outputs), out=out)  # type: ignore[no-any-return]

    def backward(self, predictions: Array, grad_predictions: Array, out: Array | None = None) -> Array:
        """Return g / M."""
        xp = array_module(predictions)
        return xp.divide(grad_predictions, self._size(predictions), out=out)  # type: ignore[no-any-return]


_STEEPEST = math.exp(LARGEST_EXPONENT)


def _copied(array: Array, out: Array | None) -> Array:
    if out is None:
        return array.copy()
    out[...] = array
    return out


_ALL: tuple[Link, ...] = (
    Identity(), Sigmoid(), Softmax(), Tanh(), Exponential(), ExponentialMinusOne(), SigmoidTwice(), Margin(),
    Sparsemax(), Scaled(),
)  # fmt: skip

LINKS: dict[str, Link] = {link.name: link for link in _ALL}
