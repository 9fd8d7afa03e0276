"""Every loss, done again by its calls, gives what it gives as written: nothing it does goes unseen."""

from __future__ import annotations

import numpy as np
import pytest

from compute.losses import LOSSES, make_loss
from compute.tape import Replay
from compute.workspace import Workspace

PARAMETERS = {"cross_entropy": {"label_smoothing": 0.1}, "general_robust": {"alpha": 1.0}}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_loss_that_is_done_again_by_its_calls_sees_new_numbers(name: str, dtype: type) -> None:
    loss, card = make_loss(name, **PARAMETERS.get(name, {})), LOSSES[name]
    rng = np.random.default_rng(4)
    runs, batch, classes = 2, 9, 4
    shape = (runs, batch, classes * card.outputs_per_target)
    outputs, targets = np.zeros(shape, dtype), np.zeros((runs, batch, classes), dtype)
    work = Workspace(np)
    value, gradient = np.zeros(shape[:2], dtype), np.zeros(shape, dtype)

    def draw() -> None:
        outputs[...] = 3 * rng.normal(size=shape)
        if "regression" in card.tasks:
            targets[...] = rng.normal(size=targets.shape)
            if card.target_low is not None:
                targets[...] = np.abs(targets) + 0.1
        else:
            targets[...] = np.eye(classes)[rng.integers(0, classes, targets.shape[:2])]

    replay = Replay(
        lambda: loss.value_and_gradient(outputs, targets, work, (value, gradient)), work, (value, gradient)
    )
    draw()
    outputs[...] = 0
    for _ in range(3):  # equal numbers until it is held against itself: what is left out does not show yet
        replay()
    for _ in range(5):
        draw()
        replay()
        expected = loss.value_and_gradient(outputs.copy(), targets.copy())
        np.testing.assert_array_equal(value, expected[0])
        np.testing.assert_array_equal(gradient, expected[1])
