r"""Links: what turns a model's raw outputs into its predictions.

A link acts on the last axis, (..., K) → (..., K). `Link.backward` is the product with its Jacobian, by
which the gradient with respect to the predictions becomes the gradient with respect to the outputs.
Losses that have a joint stable form with their link (`compute.losses`) do not go through it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from compute.backend import Array, array_module
from compute.declaration import Declaration
from compute.special import sigmoid, softmax


@dataclass(frozen=True)
class Link(ABC):
    """A differentiable map from outputs to predictions; a value without state, equal to its like."""

    declaration: ClassVar[Declaration]

    @property
    def name(self) -> str:
        """Registry name."""
        return self.declaration.name

    @property
    def label(self) -> str:
        """Name for people."""
        return self.declaration.label

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


def _copied(array: Array, out: Array | None) -> Array:
    if out is None:
        return array.copy()
    out[...] = array
    return out


LINKS: dict[str, Link] = {link.name: link for link in (Identity(), Sigmoid(), Softmax(), Tanh())}
