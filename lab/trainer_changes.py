"""The changes of settings that a trainer process was asked for: laid out, waiting for their step, made."""

from __future__ import annotations

from lab.changing import Laid
from lab.experiment_data import fixed_preprocessing
from lab.messages import Change, Changed, ChangeReady, ChangeRefused, Event
from lab.trainer_data import ChangeJob, ChangeLayout
from lab.trainer_work import ExperimentWork


class PendingChanges:
    """What becomes of the changes that one process was asked for; only the newest is laid out."""

    def __init__(self) -> None:
        self._request = -1
        self._layouts: dict[int, ChangeLayout] = {}

    def forget(self) -> None:
        """Forget all: the experiment is another one, or none."""
        self._request = -1
        self._layouts.clear()

    def ask(self, change: Change, laid: Laid) -> ChangeJob:
        """Return what is to be laid out."""
        self._request = change.request
        return ChangeJob(change, laid)

    def take(self, result: ChangeLayout | ChangeRefused, work: ExperimentWork | None) -> list[Event]:
        """Take a change that is laid out, or refused; nobody waits for it where another was asked for since.

        It is made at once, unless it is held.
        """
        if isinstance(result, ChangeRefused):
            return [result] if result.request == self._request else []
        request = result.change.request
        if work is None or request != self._request:
            return []
        self._layouts[request] = result
        if result.change.held:
            return [ChangeReady(request)]
        work.change(request, result.laid)
        return []

    def apply(self, request: int, work: ExperimentWork, at: int | None) -> None:
        """Make a change that was held, once ``at`` steps are done."""
        layout = self._layouts.get(request)
        if layout is not None:
            work.change(request, layout.laid, at)

    def answers(self, work: ExperimentWork) -> list[Event]:
        """Return how the changes went that were due since the last call."""
        found: list[Event] = []
        for made in work.made():
            layout = self._layouts[made.request]
            self._layouts = {other: held for other, held in self._layouts.items() if other > made.request}
            if made.problem is not None:
                found.append(ChangeRefused(made.request, made.problem))
                continue
            laid = layout.laid
            how = fixed_preprocessing(laid.config, laid.prepared)
            steps = laid.sweep.steps, laid.sweep.steps_per_epoch
            found.append(Changed(made.request, made.step, layout.summary, *steps, how))
        return found
