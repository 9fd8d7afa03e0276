"""Read a bundle: an experiment with its results, as plots, summaries and exports take it."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from compute.plan import EndReason, RunEnd
from compute.problems import ProblemError
from lab.bundle.members import SNAPSHOTS, is_data, one_of, read_members, refuse, unpack_arrays
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.curves import Curves
from lab.experiment_file import parse_experiment
from lab.messages import DataSummary, DeviceReport, Field, RunInfo
from lab.session_state import OVER
from lab.snapshots import Snapshots
from lab.store.snapshot_reading import SnapshotReader
from lab.store.summaries import unpack_summary
from lab.view_options import Confusion, RunState, RunStatus
from lab.whole_files import whole_file

_IDENTITY = re.compile(r"[0-9A-Za-z-]{1,64}")
"""What a stored experiment may be called: it becomes the name of a file."""


@dataclass(frozen=True, eq=False)
class Bundle:
    """An experiment of a bundle; satisfies `lab.exporting.results_file.ResultSource`.

    Attributes
    ----------
    run_config
        The experiment. The path of its data, where it has one, is that of a member: see `unpacked_config`.
    runs, curves, summary, confusion, device
        As a session has them; every recorded value has the bits that it was recorded with.
    state, step, planned_steps, steps_per_epoch, seconds
        How it stood when it was bundled.
    interventions
        What was changed by hand while it trained, as sentences.
    versions, command, system
        What it was computed with.
    data
        Name and content of its data file, or ``None``.
    identity
        That of the stored experiment that was bundled; of one that was not stored, made from its content.
    parameters
        Parameters of its runs as a store keeps them in a file; empty where there are none.
    created
        When its training began, in seconds since 1970; ``None`` where that is not known.
    field
        Decision surfaces are not bundled.
    """

    run_config: ExperimentConfig
    runs: tuple[RunState, ...]
    curves: Curves
    summary: DataSummary
    confusion: Confusion | None
    device: DeviceReport | None
    state: str
    step: int
    planned_steps: int
    steps_per_epoch: int
    seconds: float
    interventions: tuple[str, ...]
    versions: dict[str, str]
    command: str
    system: str
    data: tuple[str, bytes] | None
    identity: str
    parameters: bytes = b""
    created: float | None = None
    field: Field | None = None

    def unpacked_config(self, folder: Path) -> ExperimentConfig:
        """Write the data file, where there is one, to a folder and return the experiment that reads it.

        Raises
        ------
        ProblemError
            Where it cannot be written.
        """
        if self.data is None:
            return self.run_config
        name, content = self.data
        path = folder.absolute() / Path(name).name
        with whole_file(path, overwrite=True) as file:
            file.write(content)
        return apply_changes(self.run_config, {"data.path": str(path)})


def open_bundle(path: Path, folder: Path) -> tuple[Bundle, ExperimentConfig]:
    """Return a bundle and its experiment, its data file unpacked to stay.

    Parameters
    ----------
    path
        The bundle.
    folder
        Where data files of bundles are kept, each in a folder named by its content.

    Raises
    ------
    ProblemError
        As `read_bundle`, and where the data file cannot be written.
    """
    bundle = read_bundle(path)
    content = b"" if bundle.data is None else bundle.data[1]
    return bundle, bundle.unpacked_config(folder / hashlib.sha256(content).hexdigest()[:16])


def read_bundle(path: Path) -> Bundle:
    """Read a bundle.

    Raises
    ------
    ProblemError
        Where there is no such file, or it is no bundle, damaged, of a newer version or too large.
    """
    manifest, members = read_members(path)
    name = path.name[:48]
    try:
        return _bundle(manifest, members, name)
    except ProblemError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, OSError, MemoryError, zipfile.BadZipFile):
        refuse(f"{name} is damaged", "Its results are not as Loss Lab writes them.")


def _bundle(manifest: dict[str, Any], members: dict[str, bytes], name: str) -> Bundle:
    runs = tuple(_run(found) for found in manifest["runs"])
    state = one_of(str(manifest["state"]), OVER)
    per_epoch = int(manifest["steps_per_epoch"])
    curves, confusion = _curves(members, runs, per_epoch)
    parameters = members.get(SNAPSHOTS, b"")
    curves.snapshots = _snapshots(parameters, runs)
    data = [(member, content) for member, content in members.items() if is_data(member)]
    config = parse_experiment(members["experiment.toml"].decode(), name)
    named = config.data.parameters.get("path")
    if (data[0][0] if data else None) != (named or None):
        refuse(f"{name} is damaged", "Its experiment reads a data file that it does not hold.")
    _check_runs(runs, config)
    device = manifest["device"]
    return Bundle(
        run_config=config,
        runs=runs,
        curves=curves,
        summary=unpack_summary(members["summary.json"].decode(), members["summary.npz"]),
        confusion=confusion,
        device=None if device is None else DeviceReport(**device),
        state=state,
        step=int(manifest["step"]),
        planned_steps=int(manifest["planned_steps"]),
        steps_per_epoch=per_epoch,
        seconds=float(manifest["seconds"]),
        interventions=tuple(manifest["interventions"]),
        versions=dict(manifest["versions"]),
        command=str(manifest["command"]),
        system=str(manifest["system"]),
        data=data[0] if data else None,
        identity=_identity(manifest, members),
        parameters=parameters,
        created=None if manifest.get("created") is None else float(manifest["created"]),
    )


def _snapshots(parameters: bytes, runs: tuple[RunState, ...]) -> Snapshots:
    """Return the parameters of a bundle.

    Raises
    ------
    ValueError
        Where they are not as they were written, or settings read another file than the bundle's.
    """
    reader = SnapshotReader(parameters, [run.info for run in runs])
    if reader.ending != "whole":
        raise ValueError("its parameters are damaged")
    if reader.went_on is not None and reader.went_on.config.data.parameters.get("path"):
        raise ValueError("settings read a file")
    return reader.snapshots


def _check_runs(runs: tuple[RunState, ...], config: ExperimentConfig) -> None:
    """See that runs fit together and to the experiment: a store lists them with all others.

    Raises
    ------
    ValueError
        Where they do not.
    """
    if not runs or [run.info.index for run in runs] != list(range(len(runs))):
        raise ValueError("runs are not counted from 0")
    for run in runs:
        one_of(run.status, get_args(RunStatus))
        if not 0 <= run.info.loss_index < len(config.losses):
            raise ValueError("a run has a loss that the experiment has not")
        if run.end is None:
            continue
        one_of(run.end.reason, get_args(EndReason))
        if run.end.run != run.info.index:
            raise ValueError("a run has the end of another one")
        if run.end.layer is not None and not 0 <= run.end.layer < len(run.info.layers):
            raise ValueError("a run ended in a layer that it has not")


def _identity(manifest: dict[str, Any], members: dict[str, bytes]) -> str:
    stored = json.loads(members["results.json"]).get("stored_as")
    if isinstance(stored, str) and _IDENTITY.fullmatch(stored):
        return stored
    sums = "".join(sorted(str(member["sha256"]) for member in manifest["members"].values()))
    return f"bundle-{hashlib.sha256(sums.encode()).hexdigest()[:16]}"


def _run(found: dict[str, Any]) -> RunState:
    info = RunInfo(**{**found["info"], "layers": tuple(found["info"]["layers"])})
    end = found["end"]
    ended = None if end is None else RunEnd(**{**end, "value": float(end["value"])})
    return RunState(info, found["status"], ended, bool(found["visible"]))


def _curves(
    members: dict[str, bytes], runs: tuple[RunState, ...], per_epoch: int
) -> tuple[Curves, Confusion | None]:
    described, arrays = json.loads(members["curves.json"]), unpack_arrays(members["curves.npz"])
    curves = Curves([run.info for run in runs], per_epoch)
    known = {run.info.index for run in runs}
    for number, track in enumerate(described["tracks"]):
        if not track["runs"] or not set(track["runs"]) <= known:
            raise ValueError("a curve is of a run that the experiment has not")
        values = arrays[f"values{number}"]
        steps, seconds = arrays[f"steps{number}"], arrays[f"seconds{number}"]
        if values.shape != (len(track["channels"]), len(track["runs"]), len(steps)):
            raise ValueError("a curve has another shape than its description")
        evaluated = bool(track["evaluated"])
        curves.append_rows(track["runs"], track["channels"], steps, seconds, values, evaluated=evaluated)
    curves.append_ends(run.end for run in runs if run.end is not None)
    found = described["confusion"]
    if found is None:
        return curves, None
    counts = dict(zip(found["runs"], arrays["confusion"], strict=True))
    return curves, Confusion(found["step"], counts, found["split"])
