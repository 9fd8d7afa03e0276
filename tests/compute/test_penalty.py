"""L1 and L2 penalty: weights only, ½ on the square, sign(0) = 0."""

from __future__ import annotations

import numpy as np

from compute.models import MultilayerPerceptron
from compute.penalty import Penalty
from compute.workspace import Workspace


def test_value_and_gradient_by_hand() -> None:
    model = MultilayerPerceptron((2, 1, 1))  # w, w, b | w, b
    theta = np.array([[1.0, -2.0, 50.0, 0.0, 60.0]])
    gradient, objective = np.ones((1, 5)), np.array([10.0])
    Penalty(model, theta, gradient, l1=0.1, l2=2.0, work=Workspace(np)).add(objective)
    # 0.1 · (1 + 2 + 0) + 2/2 · (1 + 4 + 0)
    np.testing.assert_allclose(objective, [10 + 0.3 + 5.0])
    np.testing.assert_allclose(gradient, [[1 + 2.0 + 0.1, 1 - 4.0 - 0.1, 1, 1, 1]])
