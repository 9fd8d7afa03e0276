"""What a form, a terminal or a page needs to show of an experiment. Built by `lab.catalogue.form`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from compute.declaration import Parameter

FieldKind = Literal[
    "float",
    "int",
    "bool",
    "choice",
    "text",
    "path",
    "numbers",
    "integers",
    "matrix",
    "split",
    "formula",
    "table",
]  # fmt: skip


@dataclass(frozen=True)
class FieldSpec:
    """One field: where it stands, what it holds now and what it may hold.

    Attributes
    ----------
    path
        Key in the experiment (``"optimizer.learning_rate"``, ``"losses.0.delta"``), as
        `lab.experiment_file.apply_changes` takes it.
    label
        What stands beside it, in sentence case.
    kind
        The type of ``value``. ``numbers`` and ``integers`` are lists ("32, 32"), ``matrix`` a list of rows;
        ``formula`` is the text of a loss, with its parameters' names as ``choices``;
        ``split`` is the tuple (train, validation, test) of shares that sum to 1, set as a whole.
    value, default
        What it holds, and what it would hold if nothing were said. ``None`` only where ``optional``.
    low, high, low_open, high_open
        Bounds of the value (of every item in a list), inclusive unless open; ``None`` is unbounded.
    choices
        (value, label, help) of a ``choice``.
    unit
        Unit in words, behind the field.
    help
        One or two sentences; a tooltip and F1.
    slider
        ``"linear"`` or ``"log"`` where a slider stands beside the field, else empty.
    slider_low, slider_high
        Range of the slider, which may be narrower than the bounds.
    percent
        The value is a share 0 … 1 that is shown and typed in per cent.
    optional
        The field can be left out: its value is then ``None`` and ``empty_text`` says what that means.
    enabled
        Whether it can be changed now.
    allowed
        The bounds in words ("a number above 0 and at most 1000000").
    advanced
        Rarely needed and at its usual value: a form may keep it folded away.
    note
        What became of the value, in words to show under the field: how a file was read.
    """

    path: str
    label: str
    kind: FieldKind
    value: Any
    default: Any = None
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False
    choices: tuple[tuple[str, str, str], ...] = ()
    unit: str = ""
    help: str = ""
    slider: Literal["", "linear", "log"] = ""
    slider_low: float | None = None
    slider_high: float | None = None
    percent: bool = False
    optional: bool = False
    empty_text: str = ""
    enabled: bool = True
    allowed: str = ""
    advanced: bool = False
    note: str = ""


@dataclass(frozen=True)
class LossSpec:
    """One loss of the comparison as its chip shows it.

    ``name`` is the registry name; ``label`` and ``short`` are its names in this experiment (own label, scale
    and smoothing included); ``formula`` and ``gradient`` are LaTeX with the scale and ``brief`` is
    the right side of the formula alone, for the chip; ``note`` is a sentence where
    it does not fit the data, else empty; ``removable`` is false for the last one. ``locked`` says why it can
    be neither renamed, moved nor taken away; empty where it can.
    """

    index: int
    name: str
    label: str
    short: str
    formula: str
    gradient: str
    plain: str
    series: int
    fields: tuple[FieldSpec, ...]
    note: str = ""
    help: str = ""
    reference: str = ""
    removable: bool = True
    brief: str = ""
    locked: str = ""


@dataclass(frozen=True)
class SectionSpec:
    """One section of the form.

    ``summary`` says what is inside when it is closed. ``losses`` and ``addable`` (name, label, help of
    the losses that fit the data and can be added) are filled in the section ``losses`` only. ``locked`` says
    why nothing in it can be changed; empty where it can.
    """

    key: str
    title: str
    summary: str
    fields: tuple[FieldSpec, ...] = ()
    losses: tuple[LossSpec, ...] = ()
    addable: tuple[tuple[str, str, str], ...] = ()
    locked: str = ""


@dataclass(frozen=True)
class Entry:
    """One thing that can be selected, for lists and documentation; see `compute.declaration.Declaration`.

    ``facts`` are further (title, text) pairs, e.g. ("Tasks", "regression, two classes").
    """

    name: str
    label: str
    short: str
    help: str
    formula: str = ""
    plain: str = ""
    parameters: tuple[Parameter, ...] = ()
    reference: str = ""
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Metric:
    """A recorded or evaluated quantity.

    ``key`` is the name in curves and files. ``percent`` shows shares as per cent; ``log_suggested`` opens its
    plot with a logarithmic axis; ``tasks`` are those it exists for; ``evaluated`` says measured at evaluation
    points rather than at every step.
    """

    key: str
    label: str
    short: str
    higher_is_better: bool
    percent: bool = False
    log_suggested: bool = False
    tasks: tuple[str, ...] = ("classification", "regression")
    evaluated: bool = False
    help: str = ""

    @property
    def may_steer(self) -> bool:
        """Whether rules and tuning may go by it: measured at evaluations, and not on the test part."""
        return self.evaluated and not self.key.startswith("test_")
