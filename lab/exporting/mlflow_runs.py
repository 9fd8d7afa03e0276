"""An experiment as MLflow keeps it in a folder: a run each, with settings, curves and files."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from compute.problems import Problem, ProblemError
from lab.experiment_file import dump_experiment
from lab.exporting.results_file import ResultSource
from lab.exporting.tensorboard import event_tag
from lab.loss_labels import loss_labels
from lab.store.run_fields import loss_fields, run_fields
from lab.view_options import RunState
from lab.whole_files import whole_folder

INSTALL = "pip install 'losslab[mlflow]'"
POINTS = 2000
"""Most values of a curve: MLflow reads and writes each on a line of its own."""
_BATCH = 1000
"""Values that MLflow takes at once."""
_ENVIRONMENT = {
    # newer versions ask for a word before they write to a folder
    "MLFLOW_ALLOW_FILE_STORE": "true",
    # nothing of ours calls home
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
}
_STATES = {"diverged": "FAILED", "interrupted": "KILLED", "stopped": "KILLED"}


def write_mlflow(
    source: ResultSource,
    folder: Path | str,
    files: Sequence[Path] = (),
    *,
    began: float | None = None,
) -> None:
    """Write an experiment as a folder that MLflow opens (``mlflow ui --backend-store-uri FOLDER``).

    Curves of more than `POINTS` values are thinned to every so manieth, the last kept; a tag says so.

    Parameters
    ----------
    source
        The experiment.
    folder
        The folder; made whole or not at all. One that holds anything is never replaced, since others may
        have added runs to it.
    files
        Files that are kept with each run, such as figures. The experiment is always kept.
    began
        When training began, in seconds since 1970; by default so that it ends now.

    Raises
    ------
    ProblemError
        Where MLflow is not installed, there are no curves, the folder holds anything or cannot be written.
    """
    if not source.curves.metrics():
        raise ProblemError(Problem("There are no curves to save yet", "Run the experiment first."))
    path = Path(os.path.abspath(Path(folder).expanduser()))
    if path.is_dir() and any(path.iterdir()):
        raise ProblemError(
            Problem(
                f"{path.name[:40]} is not empty",
                f"{path} may hold runs of others and is never replaced. Choose another name, or remove it.",
            )
        )
    start = time.time() - source.seconds if began is None else began
    with _environment(), whole_folder(path) as temporary:
        client = _client(temporary)
        experiment = client.create_experiment(source.run_config.name)
        for run in source.runs:
            _write_run(client, experiment, source, run, files, start)
        _move(temporary, path)


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """Set what MLflow reads from the environment, for as long as it is at work."""
    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _client(folder: Path) -> Any:
    try:
        from mlflow.tracking import MlflowClient
    except ImportError:
        raise ProblemError(
            Problem("MLflow is not installed", f"Install it into the lab's environment: {INSTALL}.")
        ) from None
    return MlflowClient(tracking_uri=folder.as_uri())


def _write_run(
    client: Any, experiment: str, source: ResultSource, run: RunState, files: Sequence[Path], start: float
) -> None:
    from mlflow.entities import Param, RunTag

    info, config = run.info, source.run_config
    label = loss_labels(config)[info.loss_index]
    made = client.create_run(
        experiment, start_time=round(1000 * start), run_name=f"{label}, seed {info.seed}"
    )
    identity = made.info.run_id
    fields = run_fields(loss_fields(config, info.loss_index), info.seed, info.learning_rate)
    parameters = [Param(name, str(value)) for name, value in fields.items() if value is not None]
    tags = {"losslab.loss": label, "losslab.status": run.status}
    if source.device is not None:
        tags["losslab.device"] = source.device.label
    stride = _write_curves(client, identity, source, info.index, start)
    if stride > 1:
        tags["losslab.thinned"] = f"one of every {stride} values of long curves"
    client.log_batch(identity, params=parameters, tags=[RunTag(key, text) for key, text in tags.items()])
    client.log_text(identity, dump_experiment(config), "experiment.toml")
    for file in files:
        client.log_artifact(identity, str(file))
    end = round(1000 * (start + source.seconds))
    client.set_terminated(identity, _STATES.get(run.status, "FINISHED"), end_time=end)


def _write_curves(client: Any, identity: str, source: ResultSource, run: int, start: float) -> int:
    """Write all curves of a run; return the widest stride that they were thinned to."""
    from mlflow.entities import Metric

    widest = 1
    waiting: list[Any] = []
    for metric in source.curves.metrics():
        steps, values = source.curves.series(metric, run)
        times = start + np.nan_to_num(source.curves.seconds(metric, run), nan=0.0)
        stride = max(1, -(-len(steps) // POINTS))
        widest = max(widest, stride)
        kept = sorted({*range(0, len(steps), stride), *range(len(steps))[-1:]})
        name = event_tag(metric)
        waiting += [
            Metric(name, float(values[place]), round(1000 * times[place]), int(steps[place]))
            for place in kept
        ]
    for first in range(0, len(waiting), _BATCH):
        client.log_batch(identity, metrics=waiting[first : first + _BATCH])
    return widest


def _move(temporary: Path, path: Path) -> None:
    """Have the folder's own notes say where it will lie."""
    for notes in temporary.rglob("meta.yaml"):
        text = notes.read_text(encoding="utf-8")
        notes.write_text(text.replace(temporary.as_uri(), path.as_uri()), encoding="utf-8")
