"""What was changed by hand while an experiment ran, as sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lab.config import ExperimentConfig
from lab.number_text import step_text, thousands

_STEP = re.compile(r" (?:at|from) step (\d[\d\u2009\u202f ]*)(?= to |$)")


def rate_sentence(before: float, after: float, step: int) -> str:
    """Say that the learning rate of all losses was changed after ``step`` updates."""
    return f"learning rate {step_text(before)} → {step_text(after)} at step {thousands(step)}"


def first_step(sentences: Sequence[str]) -> int | None:
    """Return the step before which nothing was changed by hand, as sentences of this file say it.

    Step 0 where a sentence does not say, ``None`` without any.

    Examples
    --------
    >>> first_step([rate_sentence(0.1, 0.05, 12_340), "the data changed 3 times from step 7 to 90"])
    7
    >>> first_step([rate_sentence(0.1, 0.05, 12_340)]), first_step(["something"]), first_step([])
    (12340, 0, None)
    """
    steps = []
    for sentence in sentences:
        found = _STEP.search(sentence)
        steps.append(int("".join(filter(str.isdecimal, found[1]))) if found else 0)
    return min(steps, default=None)


class DataChanges:
    """Changes of the data, told in one sentence for as long as nothing else is changed in between."""

    def __init__(self) -> None:
        self._first = 0
        self._count = 0

    def note(self, step: int) -> tuple[str, bool]:
        """Note a change after ``step`` updates.

        Returns
        -------
        sentence
            That says so.
        replaces
            Whether it takes the place of the one before.

        Examples
        --------
        >>> changes = DataChanges()
        >>> changes.note(340), changes.note(512)
        (('the data changed at step 340', False), ('the data changed 2 times from step 340 to 512', True))
        """
        self._count += 1
        if self._count == 1:
            self._first = step
            return f"the data changed at step {thousands(step)}", False
        span = f"from step {thousands(self._first)} to {thousands(step)}"
        return f"the data changed {thousands(self._count)} times {span}", True

    def interrupt(self) -> None:
        """Note that something else was changed: the next change of the data has a sentence of its own."""
        self._count = 0


def settings_sentence(before: ExperimentConfig, after: ExperimentConfig, step: int) -> str:
    """Say which parts of the settings were changed after ``step`` updates, where it is not the data alone."""
    parts = [part for part in ("data", "losses", "optimizer", "training") if _differ(before, after, part)]
    named = " and ".join(part if part != "optimizer" else "optimiser" for part in parts) or "settings"
    return f"the {named} changed at step {thousands(step)}"


def only_data(before: ExperimentConfig, after: ExperimentConfig) -> bool:
    """Whether two experiments differ in nothing that is trained but the data."""
    return not any(_differ(before, after, part) for part in ("losses", "optimizer", "training"))


def _differ(before: ExperimentConfig, after: ExperimentConfig, part: str) -> bool:
    return bool(getattr(before, part) != getattr(after, part))


def loss_rate_sentence(loss: str, after: float, step: int) -> str:
    """Say that the learning rate of one loss was changed after ``step`` updates."""
    return f"learning rate of {loss} → {step_text(after)} at step {thousands(step)}"
