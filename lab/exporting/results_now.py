"""An experiment's results as they stand, for work that goes on beside the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lab.config import ExperimentConfig
from lab.curves import Curves
from lab.exporting.results_file import ResultSource
from lab.messages import DataSummary, DeviceReport, Field
from lab.view_options import Confusion, RunState


@dataclass(frozen=True)
class ResultsNow:
    """What a session knew at one moment; satisfies `lab.exporting.results_file.ResultSource`.

    Nothing here changes when the session resets or runs anew. The curves are its own, which may still grow:
    what is read of them, in any thread, is a prefix of what will be there.
    """

    run_config: ExperimentConfig
    runs: tuple[RunState, ...]
    curves: Curves
    summary: DataSummary | None
    field: Field | None
    confusion: Confusion | None
    step: int
    planned_steps: int
    steps_per_epoch: int
    device: DeviceReport | None
    seconds: float
    state: str
    interventions: tuple[str, ...]
    stored_as: str = ""
    versions: Mapping[str, str] | None = None
    command: str = ""
    system: str = ""
    created: float | None = None


def results_now(source: ResultSource) -> ResultsNow:
    """Return what a source knows now; of a session that shows a stored experiment, where that was trained."""
    trained = getattr(source, "stored", None) or source
    return ResultsNow(
        source.run_config,
        source.runs,
        source.curves,
        source.summary,
        source.field,
        source.confusion,
        source.step,
        source.planned_steps,
        source.steps_per_epoch,
        trained.device,
        source.seconds,
        source.state,
        source.interventions,
        getattr(trained, "stored_as", ""),
        getattr(trained, "versions", None),
        getattr(trained, "command", ""),
        getattr(trained, "system", ""),
        getattr(trained, "created", None),
    )
