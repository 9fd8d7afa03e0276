"""Curves as TensorBoard reads them: a folder a run, with every recorded value and the run's settings."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from compute.problems import Problem, ProblemError
from lab.exporting.event_records import file_version, hyperparameter_event, scalar_events
from lab.exporting.file_names import file_names
from lab.exporting.results_file import ResultSource
from lab.loss_labels import loss_labels
from lab.store.run_fields import loss_fields, run_fields
from lab.view_options import RunState
from lab.whole_files import whole_folder

EVENT_FILE = "events.out.tfevents.{seconds:.0f}.losslab"
OURS = "events.out.tfevents.*.losslab"
"""What files of ours are called: a folder that holds others is not replaced."""


def write_tensorboard(
    source: ResultSource, folder: Path | str, *, overwrite: bool = False, began: float | None = None
) -> tuple[Path, ...]:
    """Write every recorded value as TensorBoard event files, a folder a run.

    Values are kept as float32, the format's own precision.

    Parameters
    ----------
    source
        The experiment.
    folder
        What TensorBoard is pointed at (``--logdir``); made whole or not at all.
    overwrite
        Whether event files of an earlier export may be replaced.
    began
        When training began, in seconds since 1970; by default so that it ends now.

    Returns
    -------
    The files, in the order of the runs.

    Raises
    ------
    ProblemError
        Where there are no curves, the folder exists and may not be replaced, or it cannot be written.
    """
    if not source.curves.metrics():
        raise ProblemError(Problem("There are no curves to save yet", "Run the experiment first."))
    start = time.time() - source.seconds if began is None else began
    folders = run_folders(source)
    file_name = EVENT_FILE.format(seconds=start)
    with whole_folder(Path(folder), overwrite=overwrite, ours=OURS) as temporary:
        for run, name in zip(source.runs, folders, strict=True):
            place = temporary / name
            place.mkdir(parents=True)
            _write_run(source, run, place / file_name, start)
    return tuple(Path(folder) / name / file_name for name in folders)


def run_folders(source: ResultSource) -> tuple[str, ...]:
    """Return a folder for each run, as TensorBoard names it: "cross-entropy/seed-0"."""
    losses = file_names(loss_labels(source.run_config))
    return tuple(f"{losses[run.info.loss_index]}/seed-{run.info.seed}" for run in source.runs)


def event_tag(metric: str) -> str:
    """Return a metric's name in TensorBoard, which groups by what stands before the slash.

    >>> event_tag("validation_accuracy"), event_tag("objective"), event_tag("gradient_norm/1")
    ('validation/accuracy', 'step/objective', 'step/gradient_norm_layer_2')
    """
    part, _, name = metric.partition("_")
    if part in ("train", "validation", "test"):
        return f"{part}/{name}"
    base, _, layer = metric.partition("/")
    return f"step/{base}_layer_{int(layer) + 1}" if layer else f"step/{base}"


def _write_run(source: ResultSource, run: RunState, path: Path, start: float) -> None:
    info, config = run.info, source.run_config
    fields = run_fields(loss_fields(config, info.loss_index), info.seed, info.learning_rate)
    parameters = {name: value for name, value in fields.items() if value is not None}
    with path.open("wb") as file:
        file.write(file_version(start))
        file.write(hyperparameter_event(parameters, loss_labels(config)[info.loss_index], start))
        for metric in source.curves.metrics():
            steps, values = source.curves.series(metric, info.index)
            seconds = source.curves.seconds(metric, info.index)
            times = start + np.nan_to_num(seconds, nan=0.0)
            for events in scalar_events(event_tag(metric), steps, values, times):
                file.write(events)
