"""scikit-learn's own fit: a whole training of so many epochs, without norms, from weights of its own."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from lab.bench_plan import Net, class_data

NEVER = 10**9


class SklearnFit:
    """One run of `MLPClassifier.fit` with Adam; it records the mean loss of every epoch, and no norms.

    Raises
    ------
    ValueError
        For more than one run, or a net without hidden layers or without batches.
    """

    def __init__(self, net: Net, runs: int) -> None:
        if runs != 1:
            raise ValueError(f"scikit-learn trains one run at a time, not {runs}")
        if len(net.sizes) < 3 or net.batch is None:
            raise ValueError(f"{net.name} is not a perceptron trained on batches")
        self.quantum = net.rows // net.batch
        inputs, self._classes = class_data(net)
        self._inputs = inputs.astype(np.float32)
        self._settings: dict[str, Any] = {
            "hidden_layer_sizes": net.sizes[1:-1],
            "activation": net.activation,
            "solver": "adam",
            "alpha": 0.0,
            "batch_size": net.batch,
            "learning_rate_init": net.learning_rate,
            "tol": 0.0,
            "n_iter_no_change": NEVER,
            "random_state": 0,
        }

    def advance(self, steps: int) -> list[float]:
        """Fit anew for as many epochs as the steps make."""
        classifier = MLPClassifier(max_iter=steps // self.quantum, **self._settings)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            classifier.fit(self._inputs, self._classes)
        losses: list[float] = classifier.loss_curve_
        return losses

    def read(self, record: list[float]) -> dict[str, Any]:
        """Return nothing: it keeps no step's loss."""
        return {}
