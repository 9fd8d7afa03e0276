"""The contract of a loss, said once.

Shapes: outputs (R, B, K) are the model's raw outputs of R runs, B samples and K outputs or classes;
targets (R, B, K) or (1, B, K) are numbers (regression), 0/1 (binary) or one-hot rows and probability
vectors (classes). A loss returns its value per sample (R, B) and the gradient of that value with
respect to the outputs (R, B, K). The trainer takes the mean over samples; a loss never does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from compute.backend import Array
from compute.declaration import Declaration
from compute.links import Link
from compute.workspace import Workspace

Task = Literal["regression", "binary", "multiclass"]


@dataclass(frozen=True)
class LossCard(Declaration):
    """What is known about a loss, as data.

    Attributes
    ----------
    tasks
        The kinds of targets it is defined for.
    target_domain
        In words: "real numbers", "0 or 1 for each output", "one-hot rows or probability vectors".
    gradient
        LaTeX of the gradient with respect to the raw outputs.
    plain, plain_gradient
        Formula and gradient in plain Unicode text, for terminals and CSV headers.
    likelihood
        The distribution whose negative log-likelihood it is, or "none".
    minimiser
        The best constant prediction ("mean", "median", ...).
    convex_in_outputs, bounded_gradient
        Properties with respect to the raw outputs.
    scaling
        How other libraries scale theirs: library → sentence with the factor to convert.
    """

    tasks: tuple[Task, ...] = ()
    target_domain: str = ""
    gradient: str = ""
    plain: str = ""
    plain_gradient: str = ""
    likelihood: str = "none"
    minimiser: str = ""
    convex_in_outputs: bool = False
    bounded_gradient: bool = False
    scaling: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Loss(ABC):
    """A loss with its link and its hyper-parameters.

    The fields of a subclass are its hyper-parameters, each a number or an (R, 1) column, so that runs
    with different values train as one batch.
    """

    card: ClassVar[LossCard]
    link: ClassVar[Link]

    @abstractmethod
    def value_and_gradient(
        self, outputs: Array, targets: Array, work: Workspace | None = None
    ) -> tuple[Array, Array]:
        """Compute the loss of every sample and its gradient with respect to the outputs.

        Parameters
        ----------
        outputs
            (R, B, K) raw outputs, float32 or float64. Never written to.
        targets
            (R, B, K) or (1, B, K), same dtype. Never written to.
        work
            Reused buffers. The returned arrays may live in it and are valid until the next call with
            the same workspace; without one, fresh arrays are returned.

        Returns
        -------
        value
            (R, B), same dtype as ``outputs``.
        gradient
            (R, B, K), same dtype.
        """
