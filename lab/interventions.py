"""What was changed by hand while an experiment ran, as sentences."""

from __future__ import annotations

from lab.number_text import step_text, thousands


def rate_sentence(before: float, after: float, step: int) -> str:
    """Say that the learning rate of all losses was changed after ``step`` updates."""
    return f"learning rate {step_text(before)} → {step_text(after)} at step {thousands(step)}"


def loss_rate_sentence(loss: str, after: float, step: int) -> str:
    """Say that the learning rate of one loss was changed after ``step`` updates."""
    return f"learning rate of {loss} → {step_text(after)} at step {thousands(step)}"
