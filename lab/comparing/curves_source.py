"""The curves of stored runs, read once an experiment and kept while they are looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from compute.problems import Problem, ProblemError
from lab.comparing.curves_derived import DerivedRecording
from lab.comparing.derived import Expression
from lab.messages import DataSummary
from lab.recording import Recording
from lab.store.rows import ExperimentRow, RunRow

MOST_DERIVED = 16
"""With more expressions than this for an experiment, the oldest is computed again when it is wanted."""


class StoredCurves(Protocol):
    """What is asked of an experiment: a `lab.store.experiment.StoredExperiment`."""

    @property
    def curves(self) -> Recording:
        """Every recorded step."""

    @property
    def summary(self) -> DataSummary | None:
        """Its data."""

    @property
    def damaged(self) -> bool:
        """Whether what is recorded ends in bytes that cannot be read."""

    def catch_up(self) -> bool:
        """Read what was recorded since; whether there was anything."""


class CurveShelf:
    """Curves of experiments by their identity.

    Parameters
    ----------
    find
        Returns an experiment or raises `ProblemError`: ``store.experiment``.

    Attributes
    ----------
    problems
        Identity → why its curves cannot be read, or not all of them.
    """

    def __init__(self, find: Callable[[str], StoredCurves]) -> None:
        self._find = find
        self._found: dict[str, StoredCurves] = {}
        self._seen: dict[str, tuple[str, int]] = {}
        self._derived: dict[tuple[str, tuple[str, ...]], DerivedRecording] = {}
        self.problems: dict[str, Problem] = {}

    def follow(self, rows: Iterable[RunRow], patience: float | None = None) -> int:
        """Read on where experiments went on, and forget those of which no run is looked at any more.

        Parameters
        ----------
        rows
            The runs that are looked at.
        patience
            Seconds after which no other experiment is begun; ``None``: however long it takes.

        Returns
        -------
        How many experiments are still to be read, by another call.
        """
        begun = time.monotonic()
        experiments = {row.experiment.id: row.experiment for row in rows}
        for identity in set(self._seen) - set(experiments):
            self._forget(identity)
        waiting = [
            experiment
            for identity, experiment in experiments.items()
            if self._seen.get(identity) != (experiment.state, experiment.step)
        ]
        for number, experiment in enumerate(waiting):
            if patience is not None and number and time.monotonic() - begun > patience:
                return len(waiting) - number
            self._read_on(experiment)
            self._seen[experiment.id] = experiment.state, experiment.step
        return 0

    def _read_on(self, experiment: ExperimentRow) -> None:
        identity = experiment.id
        try:
            if identity in self._found:
                before = self._found[identity].curves
                self._found[identity].catch_up()
                if (
                    self._found[identity].curves is not before
                ):  # its file was put in order: read from the start
                    self._forget_derived(identity)
            else:
                found = self._find(identity)
                _ = found.curves  # which is when they are read
                self._found[identity] = found
        except ProblemError as error:
            self._forget(identity)
            self.problems[identity] = error.problem
        else:
            self.problems.pop(identity, None)
            if self._found[identity].damaged:
                self.problems[identity] = Problem(
                    "Curves of a stored experiment are damaged",
                    f"What {experiment.name or 'it'} ({identity[-4:]}) recorded before the damage is shown.",
                )

    def _forget(self, identity: str) -> None:
        self._found.pop(identity, None)
        self._seen.pop(identity, None)
        self.problems.pop(identity, None)
        self._forget_derived(identity)

    def _forget_derived(self, identity: str) -> None:
        for key in [key for key in self._derived if key[0] == identity]:
            del self._derived[key]

    def recording(self, identity: str, expressions: Sequence[Expression]) -> Recording | None:
        """Return where the expressions' values are kept, named by `channel`; ``None`` where unreadable.

        Several expressions come at the same steps.
        """
        found = self._found.get(identity)
        if found is None:
            return None
        if len(expressions) == 1 and expressions[0].metric is not None:
            return found.curves
        key = identity, tuple(expression.text for expression in expressions)
        derived = self._derived.pop(key, None)
        if derived is None:
            derived = DerivedRecording(found.curves, expressions)
            of_this = [other for other in self._derived if other[0] == identity]
            if len(of_this) >= MOST_DERIVED:
                del self._derived[of_this[0]]
        self._derived[key] = derived  # those asked for last are last
        derived.catch_up()
        return derived

    def train_samples(self, identity: str) -> int:
        """Return how many samples one epoch sees; 0 where that is not known."""
        found = self._found.get(identity)
        summary = found.summary if found is not None else None
        return 0 if summary is None else summary.train


def channel(expression: Expression, recording: Recording) -> str:
    """Return the metric under which a recording from `CurveShelf.recording` holds an expression."""
    if isinstance(recording, DerivedRecording) or expression.metric is None:
        return expression.text
    return expression.metric
