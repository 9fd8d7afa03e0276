"""Entropy, cross-entropy and divergences of two distributions as draggable bars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class InformationState:
    """Two distributions over the same classes; ``smoothing`` mixes P with the uniform one."""

    p: tuple[float, ...] = (0.1, 0.7, 0.2)
    q: tuple[float, ...] = (0.2, 0.7, 0.1)
    unit: Literal["nats", "bits"] = "nats"
    smoothing: float = 0.0


@dataclass(frozen=True)
class InformationView:
    """All numbers in the state's unit; ``p`` after smoothing.

    ``cross_entropy`` = ``entropy_p`` + ``divergence`` (the stacked bar); infinities where Q has no mass that P
    has. ``terms`` (K,) is −p log q class by class, ``surprise_p`` and ``surprise_q`` are −log of each.
    """

    p: NDArray[np.float64]
    q: NDArray[np.float64]
    unit: str
    entropy_p: float
    entropy_q: float
    cross_entropy: float
    cross_entropy_reverse: float
    divergence: float
    divergence_reverse: float
    largest_entropy: float
    terms: NDArray[np.float64]
    surprise_p: NDArray[np.float64]
    surprise_q: NDArray[np.float64]
    sentence: str


def view(state: InformationState) -> InformationView:
    """Return entropies and divergences."""
    raise NotImplementedError


def dragged(values: tuple[float, ...], index: int, value: float) -> tuple[float, ...]:
    """Return probabilities with one set and the others scaled so that the sum stays 1."""
    raise NotImplementedError


def one_hot(classes: int, index: int) -> tuple[float, ...]:
    """Return the distribution with everything on one class."""
    raise NotImplementedError
