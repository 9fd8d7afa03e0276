"""Write an experiment with its results and its data as a bundle."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compute.plan import RunEnd
from compute.problems import Problem, ProblemError
from lab.bundle.members import DATA, SNAPSHOTS, pack_arrays, write_members
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.experiment_file import dump_experiment
from lab.exporting.results_file import ResultSource, results
from lab.session_state import OVER
from lab.store.records import command_line
from lab.store.snapshot_packing import pack_snapshots
from lab.store.summaries import pack_summary
from lab.versions import versions
from lab.whole_files import check_free, whole_file

LARGEST_DATA = 2**30


def write_bundle(source: ResultSource, path: Path, *, overwrite: bool = False) -> None:
    """Write an experiment as a bundle.

    Parameters
    ----------
    source
        The experiment: a session or one of the store.
    path
        The file.
    overwrite
        Whether it may be replaced.

    Raises
    ------
    ProblemError
        Where there are no runs yet, it is still being trained, the data file is gone or too large, or the
        bundle cannot be written.
    """
    summary, device = source.summary, source.device
    if not source.runs or summary is None:
        raise ProblemError(Problem("There are no runs to bundle yet", "Run the experiment first."))
    if source.state not in OVER:
        raise ProblemError(Problem("This experiment is still being trained", "Bundle it when it is over."))
    check_free([path], overwrite)
    config, data = _with_data(source.run_config)
    _, facts, arrays = pack_summary(summary)
    tracks, curves = _curves(source)
    members = {
        "experiment.toml": dump_experiment(config).encode(),
        "results.json": json.dumps(results(source), ensure_ascii=False, indent=1, allow_nan=False).encode(),
        "summary.json": facts.encode(),
        "summary.npz": arrays,
        "curves.json": json.dumps(tracks).encode(),
        "curves.npz": pack_arrays(curves),
        **data,
    }
    went_on = getattr(source, "went_on", None)
    if went_on is not None and went_on.config.data.parameters.get("path"):
        went_on = None  # edits of its points were all undone: it went on by what it began with
    parameters = pack_snapshots(
        source.curves.snapshots, [run.info for run in source.runs], went_on, source.curves
    )
    if parameters:
        members[SNAPSHOTS] = parameters
    about = {
        "device": None if device is None else asdict(device),
        "versions": dict(getattr(source, "versions", None) or versions()),
        "command": getattr(source, "command", None) or command_line(),
        "system": getattr(source, "system", ""),
        "created": getattr(source, "created", None),
        "state": source.state,
        "step": source.step,
        "planned_steps": source.planned_steps,
        "steps_per_epoch": source.steps_per_epoch,
        "seconds": source.seconds,
        "interventions": list(source.interventions),
        "runs": [
            {
                "info": asdict(run.info),
                "status": run.status,
                "visible": run.visible,
                "end": None if run.end is None else _end(run.end),
            }
            for run in source.runs
        ],
    }
    with whole_file(path, overwrite=overwrite) as file:
        write_members(file, members, about)


def _end(end: RunEnd) -> dict[str, Any]:
    # JSON has no NaN and no infinity
    return {**asdict(end), "value": end.value if math.isfinite(end.value) else str(end.value)}


def _with_data(config: ExperimentConfig) -> tuple[ExperimentConfig, dict[str, bytes]]:
    """Return the experiment reading its data from inside the bundle, and the member that holds them."""
    named = config.data.parameters.get("path")
    if not named:
        return config, {}
    path = Path(named).expanduser()
    try:
        if path.stat().st_size > LARGEST_DATA:
            raise ProblemError(
                Problem(
                    f"{path.name[:48]} is too large for a bundle",
                    "A bundle holds data of up to 1 GB. losslab store export writes results without data.",
                )
            )
        content = path.read_bytes()
    except OSError as error:
        raise ProblemError(
            Problem(
                f"The data file {path.name[:48]} could not be read",
                f"{error.strerror or error}: {path}. A bundle holds the data, so that others can run it.",
            )
        ) from error
    member = f"{DATA}table{path.suffix}"
    return apply_changes(config, {"data.path": member}), {member: content}


def _curves(source: ResultSource) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Return what each track of the recording holds, and its arrays, bits as recorded."""
    tracks: list[dict[str, Any]] = []
    arrays: dict[str, NDArray[Any]] = {}
    for number, (track, evaluated) in enumerate(source.curves.all_tracks()):
        tracks.append({"runs": list(track.runs), "channels": list(track.channels), "evaluated": evaluated})
        arrays[f"steps{number}"] = track.steps
        arrays[f"seconds{number}"] = track.seconds
        arrays[f"values{number}"] = track.read_all(0, track.length)
    described: dict[str, Any] = {"tracks": tracks, "confusion": None}
    if source.confusion is not None and source.confusion.counts:
        counts = source.confusion.counts
        arrays["confusion"] = np.stack(list(counts.values()))
        described["confusion"] = {
            "step": source.confusion.step, "split": source.confusion.split, "runs": list(counts),
        }  # fmt: skip
    return described, arrays
