"""How each message from the trainer changes what a session shows."""

from __future__ import annotations

from dataclasses import replace

from compute.plan import Evaluation, RunEnd
from lab.curves import Curves
from lab.diagnosis import explain_divergence
from lab.interventions import only_data, settings_sentence
from lab.messages import (
    Changed,
    ChangeReady,
    ChangeRefused,
    DeviceReport,
    Died,
    Ended,
    Event,
    Failed,
    Field,
    Hello,
    Lost,
    Paused,
    Prepared,
    Problem,
    Recorded,
    Refused,
    Resumed,
    Started,
)
from lab.session_state import Shown
from lab.speed import Stopwatch
from lab.trainer_problems import death_problem
from lab.view_options import Confusion, RunState, RunStatus

_UNDER_WAY: tuple[RunStatus, ...] = ("running", "waiting", "stopped")
_ENDED: dict[str, RunStatus] = {"diverged": "diverged", "target": "target", "plateau": "plateau"}


class Listening(Shown):
    """The state of a session that follows what the trainer sends."""

    def take(self, event: Event) -> None:
        """Take one event into the state. Answers to superseded requests are ignored."""
        if isinstance(event, Prepared | Refused):
            self._take_answer(event)
        elif isinstance(event, Started):
            self._take_started(event)
        elif isinstance(event, DeviceReport):
            self._set_device(event)
        elif isinstance(event, Died):
            self._take_death(event)
        elif isinstance(event, Failed):
            self._take_failure(event)
        elif isinstance(event, Hello | ChangeReady) or not self._listening:
            return
        elif isinstance(event, Changed):
            self._take_changed(event)
        elif isinstance(event, ChangeRefused):
            self._forget_unanswered(event.request)
            self._set_problem(event.problem)
        elif isinstance(event, Recorded):
            self._take_recorded(event)
        elif isinstance(event, Field):
            self.field = event
            self._changes.add("field")
        elif isinstance(event, Paused):
            self._set_step(event.step)
            self._become("paused")
            self._changes.add("curves")
        elif isinstance(event, Resumed):
            self._meter.restart()
            self._set_statuses({"stopped": "running"})
            self._become("running")
        elif isinstance(event, Lost):
            self._take_loss(event)
        else:
            self._take_end(event)

    def _take_answer(self, event: Prepared | Refused) -> None:
        if event.request == self._start_request and isinstance(event, Refused):
            self._cancel_start()
            self._set_problem(event.problem)
            return
        if event.request != self._prepare_request:
            return
        self.data_summary = event.summary if isinstance(event, Prepared) else None
        self.memory = event.memory if isinstance(event, Prepared) else 0
        self.processes = event.processes if isinstance(event, Prepared) else 1
        self.died = False
        shown = self.problem is not None and self.problem is self.data_problem
        self.data_problem = event.problem
        if event.problem is not None or shown:
            self._set_problem(event.problem)
        self._changes.update({"data", "progress", "state"})
        if not self.runs and not self.starting:
            self._become(self._idle_state())

    def _set_problem(self, problem: Problem | None) -> None:
        self.problem = problem
        self._changes.add("problem")

    def _set_device(self, device: DeviceReport) -> None:
        if device != self.device:
            self.device = device
            self._changes.add("device")

    def _take_started(self, event: Started) -> None:
        if event.request != self._start_request:
            return
        hidden = {(run.info.loss_index, run.info.seed) for run in self.runs if not run.visible}
        same = self._run_config is not None and self._starting_config is not None
        if same and self.run_config.losses != self._starting_config.losses:  # type: ignore[union-attr]
            hidden = set()
        self._run_config, self._starting_config = self._starting_config, None
        self._begun_config = self._run_config
        self._forget_changes()
        self.starting, self._listening, self._resumable = False, True, True
        self.runs = tuple(
            RunState(info, "running", None, (info.loss_index, info.seed) not in hidden) for info in event.runs
        )
        self.curves = Curves(event.runs, event.steps_per_epoch)
        self.field = self.confusion = None
        self._run_summary = event.summary
        self._run_steps = (event.steps, event.steps_per_epoch)
        self.step, self.seconds, self.interventions, self.stored = 0, 0.0, (), None
        self._stopwatch = Stopwatch(self._asked_at)
        self._set_device(event.device)
        self._become("running")
        self._meter.restart()
        self._meter.note(self._clock(), 0)
        self._changes.update({"runs", "curves", "progress", "data", "field", "confusion"})

    def _take_changed(self, event: Changed) -> None:
        """Note that the runs go on by other settings; their curves stay."""
        config = self._change_configs.pop(event.request, None)
        if config is None:
            return
        self._change_configs = {
            request: other for request, other in self._change_configs.items() if request > event.request
        }
        before = self.run_config
        self.curves.snapshots.close_settings(event.step, before)
        data = config.data.model_copy(update={"preprocessing": event.preprocessing})
        self._run_config = config.model_copy(update={"data": data})
        self._run_summary = event.summary
        self._run_steps = (event.steps, event.steps_per_epoch)
        if only_data(before, config):
            sentence, replaces = self._data_changes.note(event.step)
            self._intervene(sentence, replaces=replaces)
        else:
            self._data_changes.interrupt()
            self._intervene(settings_sentence(before, config, event.step))
            self._changes.update({"runs", "curves"})
        self._changes.update({"data", "progress"})

    def _take_recorded(self, event: Recorded) -> None:
        chunk = event.chunk
        self.curves.append(event.runs, chunk)
        if chunk.steps:
            self._set_step(max(self.step, chunk.first_step + chunk.steps))
            self.seconds = max(self.seconds, float(chunk.seconds[-1]))
        for evaluation in chunk.evaluations:
            self._take_confusion(event.runs, evaluation)
        if chunk.ended:
            self._take_ends([replace(end, run=event.runs[end.run]) for end in chunk.ended])
        self._changes.update({"curves", "progress"})

    def _take_confusion(self, runs: tuple[int, ...], evaluation: Evaluation) -> None:
        if evaluation.confusion is None:
            return
        counts = {} if self.confusion is None else dict(self.confusion.counts)
        counts.update(zip(runs, evaluation.confusion, strict=True))
        validation = any(name.startswith("validation_") for name in evaluation.metrics)
        self.confusion = Confusion(evaluation.step, counts, "validation" if validation else "train")
        self._changes.add("confusion")

    def _take_ends(self, ends: list[RunEnd]) -> None:
        by_run = {end.run: end for end in ends}
        self.runs = tuple(
            replace(run, status=_ENDED[by_run[run.info.index].reason], end=by_run[run.info.index])
            if run.info.index in by_run
            else run
            for run in self.runs
        )
        self._changes.add("runs")
        if any(end.reason == "diverged" for end in ends):
            self._set_problem(explain_divergence(self))

    def _set_step(self, step: int) -> None:
        self.step = step
        self._meter.note(self._clock(), step)
        self._changes.add("progress")

    def _take_end(self, event: Ended) -> None:
        self.step, self.seconds = event.step, max(self.seconds, event.seconds)
        self._resumable = event.ending == "stopped"
        if event.ending == "finished":
            self._forget_unanswered()  # they came too late
        self._set_statuses({"running": "finished" if event.ending == "finished" else "stopped"})
        self._become(event.ending)
        self._changes.update({"curves", "progress"})

    def _interrupt(self) -> None:
        """Note that the runs cannot go on, their state in the trainer being lost. What was recorded stays."""
        self._listening = self._resumable = self._epoch_wanted = False
        if self.starting:
            self._cancel_start()
        elif self.state in ("running", "paused"):
            self._set_statuses({"running": "interrupted", "waiting": "interrupted"})
            self._become("interrupted")
            self._changes.add("curves")

    def _take_loss(self, event: Lost) -> None:
        """Note that some runs cannot go on while the others do."""
        lost = [run for run in self.runs if run.info.index in event.runs and run.status in _UNDER_WAY]
        indices = {run.info.index for run in lost}
        self.runs = tuple(
            replace(run, status="interrupted") if run.info.index in indices else run for run in self.runs
        )
        seeds: dict[int, list[int]] = {}
        for run in lost:
            seeds.setdefault(run.info.loss_index, []).append(run.info.seed)
        named = "; ".join(f"{self.labels[loss]}, {_seed_words(found)}" for loss, found in seeds.items())
        what = f"Interrupted: {named}. Their curves are kept, the other runs go on. " if lost else ""
        self._changes.update({"runs", "curves"})
        self._set_problem(replace(event.problem, body=what + event.problem.body))

    def _take_failure(self, event: Failed) -> None:
        if event.request == self._prepare_request:
            self.data_problem = event.problem
            self._changes.add("data")
            if not self.runs and not self.starting:
                self._become("refused")
        elif event.request in (-1, self._start_request):
            self._interrupt()
        else:
            return
        self._set_problem(event.problem)

    def _take_death(self, event: Died) -> None:
        step = self.step if self.runs else None
        problem = death_problem(event.exit_code, step) if event.exit_code is not None else event.problem
        self.died = True
        self._interrupt()
        if self.state == "preparing":  # for data that nobody loads any more, whether a start waited or not
            self.data_problem = problem
            self._become("refused")
            self._changes.add("data")
        self._set_problem(problem)


def _seed_words(seeds: list[int]) -> str:
    """Name seeds, the first few where there are many."""
    if len(seeds) == 1:
        return f"seed {seeds[0]}"
    more = f" and {len(seeds) - 4} more" if len(seeds) > 5 else ""
    shown = ", ".join(str(seed) for seed in (seeds[:4] if more else seeds))
    return f"seeds {shown}{more}"
