"""Reading a bundle; a file from elsewhere may hold anything, so that nothing in it is believed unchecked."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

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
    SUMMARY_ARRAYS,
    About,
    Member,
    Record,
    parse,
    track_member,
)
from lab.config import ExperimentConfig
from lab.curves import Curves
from lab.experiment_file import parse_experiment, read_experiment
from lab.messages import DataSummary, Field
from lab.store.archive_checks import checked_identity
from lab.view_options import Confusion, RunState
from lab.whole_files import whole_file

LARGEST = 8 * 2**30
"""Bytes of a bundle's parts together."""
LARGEST_TEXT = 64 * 2**20
_BLOCK = 2**20
_DATA_NAME = re.compile(r"[^/\\\x00]{1,120}")
_ROWS = 65536


class Bundle:
    """A bundle as plots, summaries and exports take it; satisfies `lab.export.ResultSource`.

    Made by `read_bundle`. Curves are read when they are first asked for.

    Attributes
    ----------
    path
        Its file.
    about
        What its parts must be.
    record
        What it says of the experiment.
    run_config
        The experiment; a data file of its own is named as it is in the bundle: see `unpack`.
    """

    field: Field | None = None
    """Decision surfaces are not kept."""

    def __init__(self, path: Path, about: About, record: Record, config: ExperimentConfig) -> None:
        self.path, self.about, self.record, self.run_config = path, about, record, config
        self.origin = record.origin
        self.stored_as, self.versions = record.origin.identity, record.origin.versions
        self.runs = tuple(RunState(run.info, run.status, run.end) for run in record.runs)
        self.device, self.interventions = record.device, record.interventions
        self.step, self.seconds, self.state = record.step, record.seconds, record.state
        self.planned_steps, self.steps_per_epoch = record.planned_steps, record.steps_per_epoch

    @cached_property
    def summary(self) -> DataSummary:
        """Its data."""
        with _opened(self.path) as archive:
            arrays = {
                name: _array(self._member(archive, f"summary/{name}.npy"), dtype)
                for name, dtype in SUMMARY_ARRAYS.items()
            }
        return self.record.data.with_arrays(arrays)

    @cached_property
    def curves(self) -> Curves:
        """Every recorded value, as it was recorded.

        Raises
        ------
        ProblemError
            Where the file was damaged since it was opened.
        """
        curves = Curves([run.info for run in self.runs], self.steps_per_epoch)
        with _opened(self.path) as archive:
            for number, track in enumerate(self.record.tracks):
                shape = len(track.channels), len(track.runs)
                parts = {"steps": "<i8", "seconds": "<f8", "values": "<f8" if track.evaluated else "<f4"}
                steps, seconds, values = (
                    _array(self._member(archive, track_member(number, part)), dtype)
                    for part, dtype in parts.items()
                )
                if steps.shape != seconds.shape or values.shape != (*shape, *steps.shape):
                    raise _DamagedError(f"its table {number} has arrays of different lengths")
                for first in range(0, len(steps), _ROWS):
                    rows = slice(first, first + _ROWS)
                    curves.append_rows(
                        track.runs, track.channels, steps[rows], seconds[rows], values[:, :, rows],
                        evaluated=track.evaluated,
                    )  # fmt: skip
        curves.append_ends(run.end for run in self.runs if run.end is not None)
        return curves

    @cached_property
    def confusion(self) -> Confusion | None:
        """The latest confusion counts."""
        about = self.record.confusion
        if about is None:
            return None
        with _opened(self.path) as archive:
            counts = _array(self._member(archive, CONFUSION), "<i8")
        return Confusion(about.step, dict(zip(about.runs, counts, strict=True)), about.split)

    def unpack(self, folder: Path) -> ExperimentConfig:
        """Write the experiment and its data file to a folder, and return the experiment that reads it there.

        Raises
        ------
        ProblemError
            Where the folder cannot be written.
        """
        with _opened(self.path) as archive:
            names = [EXPERIMENT, *([self.about.data] if self.about.data else [])]
            for name in names:
                with whole_file(folder / name, overwrite=True) as file:
                    file.write(self._member(archive, name))
        return read_experiment(folder / EXPERIMENT)

    @property
    def home(self) -> Path:
        """Folder of the person's own that `unpack` may write to; the same for the same bundle."""
        from platformdirs import user_data_path

        sums = "".join(member.sha256 for _, member in sorted(self.about.members.items()))
        digest = hashlib.sha256(sums.encode()).hexdigest()[:8]
        return user_data_path("losslab", appauthor=False) / "bundles" / f"{self.origin.identity}-{digest}"

    def _member(self, archive: zipfile.ZipFile, name: str) -> bytes:
        return _member(archive, name, self.about.members)


class _DamagedError(Exception):
    """What is wrong with a file, as the end of a sentence."""


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the zip of a bundle for as long as the block lasts; what goes wrong in it becomes a problem."""
    name = path.name[:40]
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except ProblemError:
        raise
    except _DamagedError as error:
        _refuse(f"{name} is damaged", f"{str(error)[0].upper()}{str(error)[1:]}. Copy it once more.")
    except FileNotFoundError:
        _refuse(f"There is no file {name}", f"It was looked for in {path.parent}.")
    except OSError as error:
        _refuse(f"{name} could not be read", f"{error.strerror or error}.")
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
        # also what zipfile says of passwords and of compressions that it does not know
        _refuse(
            f"{name} is not a bundle, or was cut short",
            "A bundle is a zip that losslab bundle wrote. Copy or download it once more.",
        )
    except (ValueError, KeyError, TypeError, MemoryError):
        _refuse(f"{name} is damaged", "What it says of the experiment cannot be understood.")


def read_bundle(path: Path) -> Bundle:
    """Open a bundle: its parts are measured and their sums checked, and its texts read.

    Raises
    ------
    ProblemError
        Where it is no bundle, cut short, changed, of a newer version, or too large.
    """
    if path.is_dir():
        _refuse(f"{path.name[:40]} is a folder, not a bundle", "Choose a .losslab file.")
    with _opened(path) as archive:
        entries = {entry.filename: entry for entry in archive.infolist()}
        if ABOUT not in entries:
            _refuse(
                f"{path.name[:40]} is not a bundle",
                "It is a zip of another kind: losslab bundle writes them.",
            )
        text = _read(archive, entries[ABOUT], LARGEST_TEXT)
        _check_format(text, path)
        about = parse(About, text)
        _check_names(entries, about)
        for name, member in about.members.items():
            if name not in (EXPERIMENT, RECORD):
                _check_sum(archive, name, member)
        config = parse_experiment(_member(archive, EXPERIMENT, about.members).decode(), path.name)
        record = parse(Record, _member(archive, RECORD, about.members))
        _check_record(record, config, about)
    return Bundle(path, about, record, config)


def _check_format(text: bytes, path: Path) -> None:
    found = re.search(rb'"format":\s*(\d{1,9})', text)
    if found is not None and int(found[1]) > FORMAT:
        _refuse(
            f"{path.name[:40]} was written by a newer version of Loss Lab",
            f"It has format {int(found[1])}, this program reads {FORMAT}.",
        )


def _check_names(entries: dict[str, zipfile.ZipInfo], about: About) -> None:
    """See that the parts are those that there should be, of the sizes that they should have."""
    for name in about.members:
        if name not in entries:
            raise _DamagedError(f"its part {name[:60]} is missing")
        if entries[name].file_size != about.members[name].bytes:
            raise _DamagedError(f"its part {name[:60]} has another size than it had")
    if sum(member.bytes for member in about.members.values()) > LARGEST:
        raise _DamagedError(f"its parts have more than {LARGEST // 2**30} GB together")
    if about.data:
        name = about.data.removeprefix(DATA_FOLDER)
        inside = about.data == DATA_FOLDER + name and _DATA_NAME.fullmatch(name) and name not in (".", "..")
        if not inside or PurePosixPath(name).name != name or about.data not in about.members:
            raise _DamagedError("the name of its data file is not allowed")


def _check_record(record: Record, config: ExperimentConfig, about: About) -> None:
    """See that what a record says fits together and to the experiment."""
    checked_identity(record.origin.identity)
    if record.state not in OVER:
        raise _DamagedError("it does not say how the training ended")
    count = len(record.runs)
    everyone = set(range(count))
    if not count or [run.info.index for run in record.runs] != list(range(count)):
        raise _DamagedError("its runs are not counted from 0")
    for run in record.runs:
        if not 0 <= run.info.loss_index < len(config.losses):
            raise _DamagedError(f"run {run.info.index} has a loss that the experiment has not")
        layer = run.end.layer if run.end is not None else None
        if layer is not None and not 0 <= layer < len(run.info.layers):
            raise _DamagedError(f"run {run.info.index} ended in a layer that it has not")
        if run.end is not None and run.end.run != run.info.index:
            raise _DamagedError(f"run {run.info.index} has the end of another one")
    groups = [track.runs for track in record.tracks] + ([record.confusion.runs] if record.confusion else [])
    for runs in groups:
        if not runs or not set(runs) <= everyone or len(set(runs)) < len(runs):
            raise _DamagedError("its curves are of runs that it has not")
    if (config.data.parameters.get("path") or "") != about.data:
        raise _DamagedError("the experiment reads another data file than the one beside it")


def _check_sum(archive: zipfile.ZipFile, name: str, member: Member) -> None:
    digest = hashlib.sha256()
    with archive.open(name) as file:
        while data := file.read(_BLOCK):
            digest.update(data)
    if digest.hexdigest() != member.sha256:
        raise _DamagedError(f"its part {name[:60]} is not what was written")


def _member(archive: zipfile.ZipFile, name: str, members: dict[str, Member]) -> bytes:
    """Return a part, if it is what was written."""
    if name not in members:
        raise _DamagedError(f"its part {name[:60]} is missing")
    data = _read(archive, archive.getinfo(name), members[name].bytes)
    if hashlib.sha256(data).hexdigest() != members[name].sha256:
        raise _DamagedError(f"its part {name[:60]} is not what was written")
    return data


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    if entry.file_size > most:
        raise _DamagedError(f"its part {entry.filename[:60]} is too large")
    with archive.open(entry) as file:
        return file.read(most)


def _array(data: bytes, dtype: str) -> NDArray[Any]:
    """Return the array of an .npy member; its header is not believed where it does not fit to the bytes."""
    file = io.BytesIO(data)
    if np.lib.format.read_magic(file) != (1, 0):
        raise _DamagedError("an array in it is of another version")
    shape, fortran, found = np.lib.format.read_array_header_1_0(file)
    if found != np.dtype(dtype):
        raise _DamagedError(f"an array in it holds {found} instead of {np.dtype(dtype)}")
    flat = np.frombuffer(data, found, offset=file.tell())
    return flat.reshape(shape, order="F" if fortran else "C")


def _refuse(title: str, body: str) -> NoReturn:
    raise ProblemError(Problem(title, body))
