"""A lesson that was read. See `lab.lessons.reading` for files."""

from __future__ import annotations

from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.explore.state_text import changed_state
from lab.explore.states import State
from lab.form_limits import FormLimits
from lab.lessons.lesson_config import LessonConfig


class Lesson:
    """A lesson that was read: its data, its text and its experiments.

    Attributes
    ----------
    key
        Name of its folder: ``"slow_learner"``.
    config
        Its data.
    text
        What is read beside the plots, in Markdown.
    experiments
        Name of a run → its experiment.
    states
        Name of a view → its state.
    """

    def __init__(
        self,
        key: str,
        config: LessonConfig,
        text: str,
        experiments: dict[str, ExperimentConfig],
        states: dict[str, State] | None = None,
    ) -> None:
        self.key = key
        self.config = config
        self.text = text
        self.experiments = experiments
        self.states = dict(states or {})

    def limits_of(self, key: str) -> FormLimits | None:
        """Return what of its experiments is settled when one is opened in the form; ``None`` for nothing.

        ``key`` is the lesson's on the shelf.
        """
        found = FormLimits(tuple(self.config.locked), tuple(self.config.hidden), key)
        return found if found.locked or found.hidden else None

    @property
    def parts(self) -> tuple[str, ...]:
        """Names of all runs, then of all views: the order in which they are worked through."""
        return (*self.experiments, *self.states)

    def changed(self, number: int) -> ExperimentConfig | State:
        """Return what a preset makes of the run or view that it changes, by its number from 0.

        Raises
        ------
        ProblemError
            Where the change is not allowed.
        """
        preset = self.config.presets[number]
        name = preset.run or preset.view or self.parts[0]
        if name in self.states:
            return changed_state(self.states[name], preset.change)
        return apply_changes(self.experiments[name], preset.change)
