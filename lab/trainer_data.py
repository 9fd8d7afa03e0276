"""Loads data and lays out experiments in a thread beside the training: neither waits for the other."""

from __future__ import annotations

import os
import queue
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from compute.backend import Device, select_device
from compute.datasets.base import Dataset
from compute.datasets.prepare import PreparedData
from compute.problems import Problem, ProblemError
from lab.changing import Laid, lay_out_change, lay_out_phases
from lab.config import ExperimentConfig
from lab.device_report import device_report
from lab.experiment_data import Phase, load_data, prepare_data, prepare_phases
from lab.memory import available_bytes, memory_refusal, sweep_bytes
from lab.messages import (
    Change,
    ChangeRefused,
    DataSummary,
    DeviceReport,
    Prepare,
    Prepared,
    Refused,
    Share,
    Start,
)
from lab.preview import summarize
from lab.sweep import Sweep, plan_sweep
from lab.trainer_problems import memory_problem, unexpected


@dataclass(frozen=True)
class Layout:
    """An experiment that is ready to train: one phase, or several one after the other where it branches off.

    ``summary`` is that of the last one's data.
    """

    start: Start
    phases: tuple[Laid, ...]
    summary: DataSummary
    device: Device


@dataclass(frozen=True)
class ChangeJob:
    """A change to lay out, and what it changes."""

    change: Change
    before: Laid

    @property
    def request(self) -> int:
        """That of the change."""
        return self.change.request


@dataclass(frozen=True)
class ChangeLayout:
    """A change that is ready to be made."""

    change: Change
    laid: Laid
    summary: DataSummary


@dataclass(frozen=True)
class Broken:
    """Work that failed although no input is to blame; ``text`` is the traceback."""

    request: int
    error: BaseException
    text: str


Job: TypeAlias = Prepare | Start | ChangeJob
Result: TypeAlias = Prepared | Refused | Layout | ChangeLayout | ChangeRefused | Broken | DeviceReport

ROOM_SECONDS = 1.0
"""How long a start waits for the memory that the experiment before it gives back."""


class DataThread:
    """Answers `Prepare`, `Start` and `Change` one after another; of a kind that waits, only the last.

    Parameters
    ----------
    deliver
        Called in the thread with every result.
    processes
        How many processes there may be.
    idle
        Called in the thread when data are prepared and nothing else waits.

    Attributes
    ----------
    held
        Bytes that the experiment being trained takes, in all processes.
    """

    def __init__(
        self,
        deliver: Callable[[Result], None],
        processes: int = 1,
        idle: Callable[[], None] = lambda: None,
    ) -> None:
        self._deliver, self._processes, self._idle = deliver, processes, idle
        self.held = 0
        self._jobs: queue.Queue[Job] = queue.Queue()
        self._latest: dict[type, int] = {Prepare: -1, Start: -1, ChangeJob: -1}
        self._dataset: tuple[object, Dataset] | None = None
        self._prepared: tuple[object, PreparedData] | None = None
        self._devices: dict[str, Device] = {}
        self._reported: set[str] = set()
        threading.Thread(target=self._run, name="data", daemon=True).start()

    def put(self, job: Job) -> None:
        """Queue a job."""
        self._latest[type(job)] = job.request
        self._jobs.put(job)

    def _run(self) -> None:
        while True:
            self._serve(self._jobs.get())

    def _serve(self, job: Job) -> None:
        if job.request < self._latest[type(job)]:
            return  # nobody waits for it any more
        if isinstance(job, ChangeJob):
            self._deliver(self._change(job))
            return
        self._deliver(self._answer(job))
        if job.device not in self._reported:
            # After the answer: finding a GPU may take seconds at the first time.
            self._reported.add(job.device)
            self._deliver(device_report(self._device(job.device)))
        if isinstance(job, Prepare) and self._jobs.empty():
            self._idle()

    def _answer(self, job: Prepare | Start) -> Result:
        try:
            phases = self._load(job.config)
            prepared = phases[-1].prepared
            summary = summarize(prepared)
            if isinstance(job, Start):
                device = self._device(job.device)
                if job.share.part == 0 and device.kind == "cpu":
                    self._make_room(job, prepared)
                laid = lay_out_phases(phases, device, job.share)
                return Layout(job, tuple(laid), summary, device)
            problem, processes, memory = self._trial(job.config, phases, self._devices.get(job.device))
            return Prepared(job.request, summary, problem, processes, memory)
        except ProblemError as error:
            return Refused(job.request, error.problem)
        except MemoryError:
            return Refused(job.request, memory_problem("load this data"))
        except Exception as error:
            return Broken(job.request, error, traceback.format_exc())

    def _change(self, job: ChangeJob) -> Result:
        change = job.change
        try:
            laid = lay_out_change(job.before, change.config, self._dataset_of)
            return ChangeLayout(change, laid, summarize(laid.prepared))
        except ProblemError as error:
            return ChangeRefused(change.request, error.problem)
        except MemoryError:
            return ChangeRefused(change.request, memory_problem("change these runs"))
        except Exception as error:
            return ChangeRefused(change.request, unexpected(error, traceback.format_exc()))

    def _device(self, request: str) -> Device:
        found = self._devices.get(request)
        if found is None:
            found = self._devices[request] = select_device(request)  # type: ignore[arg-type]
        return found

    def _load(self, config: ExperimentConfig) -> list[Phase]:
        """Return what the experiment trains one after the other, with its data."""
        if config.branch is not None:
            return prepare_phases(config, self._dataset_of)
        dataset = self._dataset_of(config)
        assert self._dataset is not None
        whole = (self._dataset[0], config.data.model_dump_json(), config.seeds.values)
        if self._prepared is None or self._prepared[0] != whole:
            self._prepared = (whole, prepare_data(config, dataset))
        return [Phase(0, config, self._prepared[1])]

    def _dataset_of(self, config: ExperimentConfig) -> Dataset:
        data = config.data
        key = (data.name, repr(data.parameters), data.seed, _file_stamp(data.parameters))
        if self._dataset is None or self._dataset[0] != key:
            self._dataset = self._prepared = None  # two large data sets need not be held at once
            self._dataset = (key, load_data(config))
        return self._dataset[1]

    def _trial(
        self, config: ExperimentConfig, phases: list[Phase], device: Device | None
    ) -> tuple[Problem | None, int, int]:
        """Lay out one seed, to learn early whether losses, rules and initial values fit the data.

        Returns
        -------
        problem
            Why they do not, or why all runs do not fit into memory, or ``None``.
        processes
            Over how many processes all runs are to be divided.
        memory
            Bytes that these will take, 0 where the runs cannot be laid out.
        """
        try:
            sweep = _one_seed(config, phases[-1].prepared)
            if len(phases) > 1:
                lay_out_phases([_of_one_seed(phase) for phase in phases], Device("cpu", ""), Share())
        except ProblemError as error:
            return error.problem, 1, 0
        except MemoryError:
            return memory_problem("hold this model"), 1, 0
        seeds = config.seeds.count
        processes = min(self._processes, sweep.processes(len(sweep.runs) * seeds))
        problem = None
        if device is None or device.kind == "cpu":
            available = available_bytes()
            # what is being trained now will have made room
            room = None if available is None else available + self.held
            problem = memory_refusal(config, sweep, processes, room)
        return problem, processes, sweep_bytes(sweep, seeds, processes)

    def _make_room(self, start: Start, prepared: PreparedData) -> None:
        """Note what a start takes, and refuse what does not fit.

        Where several processes train, it was found to fit when the data were prepared: the others take theirs
        at this moment, which no longer can be told from what was taken before.
        """
        config, processes = start.config, start.share.parts
        sweep = _one_seed(config, prepared)
        deadline = time.monotonic() + ROOM_SECONDS
        while processes == 1:
            problem = memory_refusal(config, sweep, processes, available_bytes())
            if problem is None:
                break
            if time.monotonic() > deadline:
                raise ProblemError(problem)
            time.sleep(0.05)
        self.held = sweep_bytes(sweep, config.seeds.count, processes)


def _one_seed(config: ExperimentConfig, prepared: PreparedData) -> Sweep:
    """Lay an experiment out for its first seed alone."""
    one = _of_one_seed(Phase(0, config, prepared))
    return plan_sweep(one.config, one.prepared, Device("cpu", ""))


def _of_one_seed(phase: Phase) -> Phase:
    config, prepared = phase.config, phase.prepared
    one = config.model_copy(update={"seeds": config.seeds.model_copy(update={"count": 1})})
    return Phase(phase.step, one, replace(prepared, variant_of_seed=prepared.variant_of_seed[:1]))


def _file_stamp(parameters: dict[str, Any]) -> tuple[int, int] | None:
    """Return time and size of the file that data come from, so that a changed file is read again."""
    path = parameters.get("path")
    if not path:
        return None
    try:
        found = os.stat(os.path.expanduser(str(path)))
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size
