"""What a bundle says of an experiment beside its configuration and arrays, and how its parts are named."""

from __future__ import annotations

import json
import math
import platform
import time
from dataclasses import asdict, dataclass, fields
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from compute.plan import RunEnd
from lab.export import ResultSource
from lab.messages import DataSummary, DeviceReport, RunInfo
from lab.store.experiment import StoredExperiment
from lab.store.records import command_line, new_id
from lab.versions import versions
from lab.view_options import RunStatus

FORMAT = 1
SUFFIX = ".losslab"
ABOUT, EXPERIMENT, RESULTS, RECORD = "bundle.json", "experiment.toml", "results.json", "record.json"
OVER = ("finished", "stopped", "interrupted")
"""States of an experiment that can be bundled."""
CONFUSION = "confusion.npy"
DATA_FOLDER = "data/"
SUMMARY_ARRAYS: dict[str, str] = {"points": "<f8", "labels": "<f8", "split": "|i1", "corrupted": "|b1"}
"""Arrays of a data summary and how their values are written."""


@dataclass(frozen=True)
class Origin:
    """Where the runs of a bundle come from.

    Attributes
    ----------
    identity
        Of the experiment in the store.
    created
        When it began, in seconds since 1970.
    command
        How the program was called.
    system
        The operating system.
    versions
        Name → version of Loss Lab, Python and the packages.
    """

    identity: str
    created: float
    command: str
    system: str
    versions: dict[str, str]


@dataclass(frozen=True)
class TrackRecord:
    """A table of recorded rows: experiment indices of its R runs, its C channels, whether at evaluations.

    Its arrays are the members that `track_member` names: steps (T,), seconds (T,), values (C, R, T).
    """

    runs: tuple[int, ...]
    channels: tuple[str, ...]
    evaluated: bool


@dataclass(frozen=True)
class ConfusionRecord:
    """Which evaluation the confusion counts (R, K, K) are of."""

    step: int
    split: Literal["validation", "train"]
    runs: tuple[int, ...]


@dataclass(frozen=True)
class DataFacts:
    """A `lab.messages.DataSummary` without its arrays."""

    name: str
    task: str
    samples: int
    features: int
    outputs: int
    train: int
    validation: int
    test: int
    feature_names: tuple[str, ...]
    target_names: tuple[str, ...]
    notes: tuple[str, ...]
    corrupted_count: int
    extent: tuple[tuple[float, float], ...]
    preprocessing: str

    @classmethod
    def of(cls, summary: DataSummary) -> DataFacts:
        """Return the facts of a summary."""
        return cls(**{field.name: getattr(summary, field.name) for field in fields(cls)})

    def with_arrays(self, arrays: dict[str, NDArray[np.generic]]) -> DataSummary:
        """Return the summary that has these facts and arrays."""
        return DataSummary(**vars(self), **arrays)  # type: ignore[arg-type]


@dataclass(frozen=True)
class RunRecord:
    """A run, where it stood and why it ended."""

    info: RunInfo
    status: RunStatus
    end: RunEnd | None


@dataclass(frozen=True)
class Record:
    """What a bundle's ``record.json`` holds; see `lab.export.ResultSource`."""

    origin: Origin
    state: str
    step: int
    planned_steps: int
    steps_per_epoch: int
    seconds: float
    device: DeviceReport | None
    interventions: tuple[str, ...]
    runs: tuple[RunRecord, ...]
    data: DataFacts
    tracks: tuple[TrackRecord, ...]
    confusion: ConfusionRecord | None


@dataclass(frozen=True)
class Member:
    """Size in bytes and SHA-256, in hexadecimal digits, of a part of the bundle."""

    bytes: int
    sha256: str


@dataclass(frozen=True)
class About:
    """What a bundle's ``bundle.json`` holds: what file it is and what its parts must be."""

    format: int
    program: str
    name: str
    data: str
    members: dict[str, Member]


def track_member(number: int, part: str) -> str:
    """Return the name of a member: ``part`` is steps, seconds or values."""
    return f"curves/{number}-{part}.npy"


def origin_of(source: ResultSource) -> Origin:
    """Return where runs come from: the store, a bundle, or this program just now."""
    known = getattr(source, "origin", None)
    if isinstance(known, Origin):
        return known
    if isinstance(source, StoredExperiment):
        return Origin(source.id, source.row.created, source.command, source.system, dict(source.versions))
    identity = str(getattr(source, "stored_as", "")) or new_id()
    return Origin(identity, time.time(), command_line(), platform.platform(), versions())


def to_json(value: Record | About) -> str:
    """Write as JSON; numbers that are not finite become texts, which `parse` takes for numbers."""
    return json.dumps(_plain(asdict(value)), ensure_ascii=False, indent=1, allow_nan=False)


def _plain(value: object) -> object:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


_Kind = TypeVar("_Kind", Record, About)


def parse(kind: type[_Kind], text: bytes) -> _Kind:
    """Read what `to_json` wrote.

    Raises
    ------
    ValueError
        Where something is missing or of another kind than it should be.
    """
    return TypeAdapter(kind).validate_json(text)
