"""Loads data and lays out experiments in a thread beside the training: neither waits for the other."""

from __future__ import annotations

import os
import queue
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from compute.backend import Device, select_device
from compute.datasets.base import Dataset
from compute.datasets.prepare import PreparedData
from compute.problems import Problem, ProblemError
from lab.config import ExperimentConfig
from lab.messages import DataSummary, DeviceReport, Prepare, Prepared, Refused, Start
from lab.preview import summarize
from lab.sweep import Sweep, load_data, plan_sweep, prepare_data
from lab.trainer_problems import memory_problem


@dataclass(frozen=True)
class Layout:
    """An experiment that is ready to train."""

    start: Start
    sweep: Sweep
    summary: DataSummary
    device: Device


@dataclass(frozen=True)
class Broken:
    """Work that failed although no input is to blame; ``text`` is the traceback."""

    request: int
    error: BaseException
    text: str


Result = Prepared | Refused | Layout | Broken | DeviceReport


class DataThread:
    """Answers `Prepare` and `Start` one after another; of several of a kind that wait, only the last.

    Parameters
    ----------
    deliver
        Called in the thread with every result.
    """

    def __init__(self, deliver: Callable[[Result], None]) -> None:
        self._deliver = deliver
        self._jobs: queue.Queue[Prepare | Start] = queue.Queue()
        self._latest: dict[type, int] = {Prepare: -1, Start: -1}
        self._dataset: tuple[object, Dataset] | None = None
        self._prepared: tuple[object, PreparedData] | None = None
        self._devices: dict[str, Device] = {}
        self._reported: set[str] = set()
        threading.Thread(target=self._run, name="data", daemon=True).start()

    def put(self, job: Prepare | Start) -> None:
        """Queue a job."""
        self._latest[type(job)] = job.request
        self._jobs.put(job)

    def _run(self) -> None:
        while True:
            job = self._jobs.get()
            if job.request < self._latest[type(job)]:
                continue  # nobody waits for it any more
            self._deliver(self._answer(job))
            if job.device not in self._reported:
                # After the answer: finding a GPU may take seconds at the first time.
                self._reported.add(job.device)
                device = self._device(job.device)
                self._deliver(DeviceReport(device.kind, device.label, device.reason))

    def _answer(self, job: Prepare | Start) -> Result:
        try:
            prepared = self._load(job.config)
            summary = summarize(prepared)
            if isinstance(job, Start):
                device = self._device(job.device)
                sweep = plan_sweep(job.config, prepared, device, job.share)
                return Layout(job, sweep, summary, device)
            problem, processes = self._trial(job.config, prepared)
            return Prepared(job.request, summary, problem, processes)
        except ProblemError as error:
            return Refused(job.request, error.problem)
        except MemoryError:
            return Refused(job.request, memory_problem("load this data"))
        except Exception as error:
            return Broken(job.request, error, traceback.format_exc())

    def _device(self, request: str) -> Device:
        found = self._devices.get(request)
        if found is None:
            found = self._devices[request] = select_device(request)  # type: ignore[arg-type]
        return found

    def _load(self, config: ExperimentConfig) -> PreparedData:
        data = config.data
        key = (data.name, repr(data.parameters), data.seed, _file_stamp(data.parameters))
        if self._dataset is None or self._dataset[0] != key:
            self._dataset = self._prepared = None  # two large data sets need not be held at once
            self._dataset = (key, load_data(config))
        whole = (key, data.model_dump_json(), config.seeds.values)
        if self._prepared is None or self._prepared[0] != whole:
            self._prepared = (whole, prepare_data(config, self._dataset[1]))
        return self._prepared[1]

    def _trial(self, config: ExperimentConfig, prepared: PreparedData) -> tuple[Problem | None, int]:
        """Lay out one seed, to learn early whether losses, rules and initial values fit the data.

        Returns
        -------
        problem
            Why they do not, or ``None``.
        processes
            Over how many processes all runs are worth dividing.
        """
        one = config.model_copy(update={"seeds": config.seeds.model_copy(update={"count": 1})})
        try:
            sweep = plan_sweep(
                one, replace(prepared, variant_of_seed=prepared.variant_of_seed[:1]), Device("cpu", "")
            )
        except ProblemError as error:
            return error.problem, 1
        except MemoryError:
            return memory_problem("hold this model"), 1
        return None, sweep.processes(len(sweep.runs) * config.seeds.count)


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
