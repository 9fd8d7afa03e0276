"""What the store says of experiments and runs, without their curves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from lab.view_options import RunStatus

Kind = Literal["train", "sweep", "race"]
Role = Literal["", "tuning", "final"]
Scalar: TypeAlias = str | int | float | bool | None
RunKey: TypeAlias = tuple[str, int]
"""Identity of a stored run: id of its experiment and its index there."""


@dataclass(frozen=True, slots=True)
class ExperimentRow:
    """One stored experiment: a configuration that was trained once.

    Attributes
    ----------
    id
        Its identity, the same in every copy of it.
    kind, group, role
        What it belongs to: a run of its own, a sweep or a race (``group`` is its id, else ``None``) and, in
        a race, which part.
    name, question
        Of its configuration.
    created
        Seconds since 1970, UTC.
    seconds
        Training time.
    state
        ``running``, ``paused``, ``finished``, ``stopped`` or ``interrupted``. What was running when its
        process ended without a word is interrupted.
    device_kind, device_label
        Where it was computed: "cpu", "CPU · NumPy".
    step, planned_steps, steps_per_epoch
        Updates done, planned, and in one pass over the training samples.
    runs
        How many runs it has.
    versions
        Name → version of the program and its packages.
    """

    id: str
    kind: Kind
    group: str | None
    role: Role
    name: str
    question: str
    created: float
    seconds: float
    state: str
    device_kind: str
    device_label: str
    step: int
    planned_steps: int
    steps_per_epoch: int
    runs: int
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RunRow:
    """One stored run.

    Attributes
    ----------
    key
        Its identity.
    experiment
        What it belongs to; shared by the runs of an experiment.
    loss, short, loss_index, series
        Label and short label of its loss in its experiment, the loss's place there and its colour's number.
    seed, learning_rate
        Of the run.
    status, end_step
        How it stands, and the step at which it ended before the plan did, else ``None``.
    step, seconds
        Updates done and training time of its experiment then.
    fields
        Path → value of the whole configuration as it holds for this run, flat: ``"data.name"``,
        ``"model.hidden"`` (as text "32 · 32"), ``"loss.name"``, ``"loss.delta"``, ``"seed"``,
        ``"optimizer.learning_rate"`` (the run's own), ``"training.batch_size"``. Runs with equal fields may
        share the mapping.
    first, last, best
        Metric key → first, last and best recorded value (best: highest or lowest, as the metric asks).
    name, note, tags, starred, colour
        What a person added. ``name`` is empty and ``colour`` (a series number) ``None`` where nothing was.
    """

    key: RunKey
    experiment: ExperimentRow
    loss: str
    short: str
    loss_index: int
    series: int
    seed: int
    learning_rate: float
    status: RunStatus
    end_step: int | None
    step: int
    seconds: float
    fields: Mapping[str, Scalar]
    first: Mapping[str, float]
    last: Mapping[str, float]
    best: Mapping[str, float]
    name: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    starred: bool = False
    colour: int | None = None


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One stored sweep or race: experiments that belong together.

    Attributes
    ----------
    id, kind
        Its identity, and "sweep" or "race".
    name
        Of its configuration.
    created
        Seconds since 1970, UTC.
    state
        ``running``, ``finished``, ``stopped`` or ``interrupted``.
    config
        The configuration that it was made from, as TOML.
    """

    id: str
    kind: Kind
    name: str
    created: float
    state: str
    config: str
