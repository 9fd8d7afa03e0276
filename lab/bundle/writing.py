"""Writing a bundle."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from compute.problems import Problem, ProblemError
from lab.bundle.record import (
    ABOUT,
    CONFUSION,
    DATA_FOLDER,
    EXPERIMENT,
    FORMAT,
    OVER,
    RECORD,
    RESULTS,
    SUMMARY_ARRAYS,
    About,
    ConfusionRecord,
    DataFacts,
    Member,
    Record,
    RunRecord,
    TrackRecord,
    origin_of,
    to_json,
    track_member,
)
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.experiment_file import dump_experiment
from lab.export import ResultSource, results
from lab.tracks import Track
from lab.versions import version
from lab.whole_files import whole_file

_BLOCK_BYTES = 4 * 2**20


def write_bundle(source: ResultSource, path: Path, *, overwrite: bool = False) -> None:
    """Write an experiment with its data file, its results and every recorded value to one file.

    Equal experiments give equal files, byte for byte.

    Parameters
    ----------
    source
        The experiment, which is over: a session, a stored experiment or another bundle.
    path
        The file: a zip, usually named …``.losslab``.
    overwrite
        Whether it may be replaced.

    Raises
    ------
    ProblemError
        Where there are no runs, it is still being trained, its data file is gone, or the file exists or
        cannot be written.
    """
    summary = source.summary
    if summary is None or not source.curves.metrics():
        raise ProblemError(Problem("There are no runs to bundle yet", "Run the experiment first."))
    if source.state not in OVER:
        raise ProblemError(Problem("This experiment is still being trained", "Bundle it when it is over."))
    data = data_file(source.run_config)
    config, member = _inside(source.run_config, data)
    tracks = list(source.curves.all_tracks())
    confusion = source.confusion
    record = Record(
        origin_of(source), source.state, source.step, source.planned_steps, source.steps_per_epoch,
        source.seconds, source.device, source.interventions,
        tuple(RunRecord(run.info, run.status, run.end) for run in source.runs),
        DataFacts.of(summary),
        tuple(TrackRecord(track.runs, track.channels, evaluated) for track, evaluated in tracks),
        None
        if confusion is None
        else ConfusionRecord(confusion.step, confusion.split, tuple(confusion.counts)),
    )  # fmt: skip
    with whole_file(path, overwrite=overwrite) as file, zipfile.ZipFile(file, "w") as archive:
        members = _Members(archive)
        members.add_text(EXPERIMENT, dump_experiment(config))
        members.add_text(RESULTS, json.dumps(results(source), ensure_ascii=False, indent=2, allow_nan=False))
        members.add_text(RECORD, to_json(record))
        for name, dtype in SUMMARY_ARRAYS.items():
            members.add_array(f"summary/{name}.npy", np.asarray(getattr(summary, name), dtype))
        for number, (track, _) in enumerate(tracks):
            members.add_track(number, track)
        if confusion is not None:
            counts = np.stack(list(confusion.counts.values()))
            members.add_array(CONFUSION, np.asarray(counts, "<i8"))
        if data is not None:
            members.add_file(member, data)
        about = About(FORMAT, version(), config.name, member, members.written)
        archive.writestr(_entry(ABOUT), to_json(about), zipfile.ZIP_DEFLATED)


def data_file(config: ExperimentConfig) -> Path | None:
    """Return the file that an experiment reads its data from, or ``None`` where it reads none.

    Raises
    ------
    ProblemError
        Where it is not there.
    """
    named = config.data.parameters.get("path")
    if not named:
        return None
    path = Path(named).expanduser()
    if not path.is_file():
        raise ProblemError(
            Problem(
                f"The data file {path.name[:40]} is gone",
                f"A bundle takes the data along, so that others can run it. Nothing is at {path}; put the "
                "file back there.",
            )
        )
    return path


def _inside(config: ExperimentConfig, data: Path | None) -> tuple[ExperimentConfig, str]:
    """Return the experiment as it reads its data beside itself, and the name of that member."""
    if data is None:
        return config, ""
    letters = "".join(c if c.isalnum() or c in "-_" else "-" for c in data.stem)[:60].strip("-")
    member = f"{DATA_FOLDER}{letters or 'data'}{data.suffix}"
    return apply_changes(config, {"data.path": member}), member


def _entry(name: str) -> zipfile.ZipInfo:
    # a fixed time: what is in the file depends on nothing but the experiment
    return zipfile.ZipInfo(name)


class _Counted:
    """Passes bytes on to a file and knows how many they were, and their sum."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._bytes = 0
        self._sum = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self._sum.update(data)
        self._bytes += len(data)
        return self._file.write(data)

    @property
    def member(self) -> Member:
        return Member(self._bytes, self._sum.hexdigest())


class _Members:
    """Adds parts to a bundle and keeps their sums."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.written: dict[str, Member] = {}

    @contextmanager
    def _adding(self, name: str) -> Iterator[BinaryIO]:
        entry = _entry(name)
        entry.compress_type = zipfile.ZIP_DEFLATED
        with self._archive.open(entry, "w", force_zip64=True) as file:
            counted = _Counted(file)
            yield cast("BinaryIO", counted)
        self.written[name] = counted.member

    def add_text(self, name: str, text: str) -> None:
        with self._adding(name) as file:
            file.write(text.encode())

    def add_file(self, name: str, path: Path) -> None:
        with path.open("rb") as data, self._adding(name) as file:
            shutil.copyfileobj(data, file, _BLOCK_BYTES)

    def add_array(self, name: str, array: NDArray[Any]) -> None:
        with self._adding(name) as file:
            _write_header(file, array.dtype, array.shape, fortran=False)
            file.write(array.tobytes())

    def add_track(self, number: int, track: Track) -> None:
        """Write the rows of a track; its values (C, R, T) with T outermost, a block of rows at a time."""
        self.add_array(track_member(number, "steps"), track.steps.astype("<i8"))
        self.add_array(track_member(number, "seconds"), track.seconds.astype("<f8"))
        dtype = track.dtype.newbyteorder("<")
        shape = len(track.channels), len(track.runs), track.length
        rows = max(1, _BLOCK_BYTES // max(1, shape[0] * shape[1] * dtype.itemsize))
        with self._adding(track_member(number, "values")) as file:
            _write_header(file, dtype, shape, fortran=True)
            for first in range(0, track.length, rows):
                block = track.read_all(first, min(first + rows, track.length))
                file.write(block.astype(dtype, copy=False).tobytes(order="F"))


def _write_header(file: BinaryIO, dtype: np.dtype[Any], shape: tuple[int, ...], *, fortran: bool) -> None:
    np.lib.format.write_array_header_1_0(
        file, {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": fortran, "shape": shape}
    )
