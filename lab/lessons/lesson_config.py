"""A lesson's file as data: what is asked, what is trained and shown, what is claimed."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from lab.config_checks import Part, not_allowed
from lab.instruments.kinds import INSTRUMENT_KINDS
from lab.lessons.claim import Claim
from lab.panel_views import ADVICE_KINDS, METRIC_NAMES, PANEL_KINDS

FORMAT = 1
SHEET_TABLES = ("curves", "last-values")
"""What a lab sheet calls the tables of its runs; a view's table is called like the view."""

NAME_WORDS = "letters, digits, - and _"
FILE_WORDS = "the name of a file in the lesson's folder that ends in .toml, of letters, digits, - and _"
PLACE = re.compile(r"\{(\d+)\}")
"""A number in a finding: that of a claim, from 1."""

AXES = ("x", "y", "xy")
_NO_CURVES = frozenset({*INSTRUMENT_KINDS, "confusion", "field"})
"""Plots whose axes are their own."""


def _plot(kind: str) -> str:
    known = tuple(kind for kind in PANEL_KINDS if kind not in ADVICE_KINDS)
    if kind not in known:
        raise not_allowed("", kind, "one of the kinds of plots", known)
    return kind


def _metric(name: str) -> str:
    if name and name not in METRIC_NAMES:
        raise not_allowed("", name, "one of the metrics", METRIC_NAMES)
    return name


def _axes(text: str) -> str:
    if text not in AXES:
        raise not_allowed("", text, "one of the axes", AXES)
    return text


class Prediction(Part):
    """What the learner commits to before anything is shown.

    Attributes
    ----------
    ask
        The question.
    answers
        What can be answered.
    right
        Number of the right answer, from 1.
    because
        One sentence said after the run, whatever was answered.
    """

    ask: str = Field(min_length=1, max_length=300)
    answers: tuple[Annotated[str, Field(min_length=1, max_length=160)], ...] = Field(
        min_length=2, max_length=8, strict=False
    )
    right: int
    because: str = Field(default="", max_length=600)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if not 1 <= self.right <= len(self.answers):
            raise not_allowed("right", self.right, f"the number of an answer, from 1 to {len(self.answers)}")
        return self


class LessonRun(Part):
    """One experiment of a lesson.

    Attributes
    ----------
    name
        How claims call it; empty where there is one only.
    experiment
        Name of its file in the lesson's folder.
    title
        What a button or a table says.
    change
        Configuration path → value, on top of the file.
    """

    name: str = Field(default="", max_length=40, pattern=r"^[A-Za-z0-9_\-]*$", description=NAME_WORDS)
    experiment: str = Field(
        min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_\-]+\.toml$", description=FILE_WORDS
    )
    title: str = Field(default="", max_length=80)
    change: dict[str, Any] = Field(default_factory=dict)


class LessonView(Part):
    """A view of Explore that a lesson shows, and whose numbers its claims measure.

    Attributes
    ----------
    name
        How claims call it.
    state
        Name of the file in the lesson's folder that holds the view, as Explore saves it.
    title
        What a button or a table says.
    change
        Key of the view → value, on top of the file.
    """

    name: str = Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_\-]+$", description=NAME_WORDS)
    state: str = Field(
        min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_\-]+\.toml$", description=FILE_WORDS
    )
    title: str = Field(default="", max_length=80)
    change: dict[str, Any] = Field(default_factory=dict)


class Preset(Part):
    """A setting to try: what to change, and what it will show. ``bad`` ones fail on purpose.

    ``run`` or ``view`` names what is changed; without either it is the first run, or the first view where
    the lesson has no runs.
    """

    label: str = Field(min_length=1, max_length=80)
    run: str = ""
    view: str = ""
    change: dict[str, Any]
    shows: str = Field(default="", max_length=300)
    bad: bool = False


class LessonConfig(Part):
    """A whole lesson.

    Attributes
    ----------
    format
        Of the file.
    number
        Place in the list.
    title, question
        What it is called and what it answers.
    minutes
        How long it takes a reader.
    prediction
        What is asked first, or ``None``.
    runs
        Its experiments, in the order in which they are trained.
    views
        Views of Explore that it shows after them, or instead.
    shown
        Name of the run or view that stands beside the finding; the first where it is empty.
    claims
        What the runs must show.
    formula
        LaTeX of what explains it, or empty.
    finding
        The answer, in Markdown, with ``{1}``, ``{2}`` … for the numbers that the claims measured.
    presets
        "Now change this".
    plots
        Kinds of the plots beside the text, at most six; without any, those that suit the data.
    log_axes
        Plot of ``plots`` with curves → the axes that are logarithmic at first: "x", "y" or "xy".
    metric
        Which metric the plots ``metric`` and ``train_metric`` show; what suits the task where it is empty.
    members
        Plots of ``plots`` with curves in which every seed has a line of its own, beside the mean.
    locked, hidden
        Sections or configuration paths of the form that may be seen but not changed, or are not shown.
    references
        Where it comes from.
    """

    format: Literal[1] = 1
    number: int = Field(ge=1, le=9999)
    title: str = Field(min_length=1, max_length=80)
    question: str = Field(min_length=1, max_length=200)
    minutes: int = Field(default=5, ge=1, le=240)
    prediction: Prediction | None = None
    runs: tuple[LessonRun, ...] = Field(default=(), max_length=16, strict=False)
    views: tuple[LessonView, ...] = Field(default=(), max_length=16, strict=False)
    shown: str = ""
    claims: tuple[Claim, ...] = Field(min_length=1, max_length=60, strict=False)
    formula: str = Field(default="", max_length=400)
    finding: str = Field(default="", max_length=2000)
    presets: tuple[Preset, ...] = Field(default=(), max_length=16, strict=False)
    plots: tuple[Annotated[str, AfterValidator(_plot)], ...] = Field(default=(), max_length=6, strict=False)
    log_axes: dict[str, Annotated[str, AfterValidator(_axes)]] = Field(default_factory=dict)
    metric: Annotated[str, AfterValidator(_metric)] = ""
    members: tuple[str, ...] = Field(default=(), strict=False)
    locked: tuple[str, ...] = Field(default=(), strict=False)
    hidden: tuple[str, ...] = Field(default=(), strict=False)
    references: tuple[str, ...] = Field(default=(), max_length=12, strict=False)

    @model_validator(mode="after")
    def _names(self) -> Self:
        runs, views = [run.name for run in self.runs], [view.name for view in self.views]
        if not runs and not views:
            raise PydanticCustomError(
                "not_allowed",
                "{key} must be {allowed}",
                {"key": "runs", "value": None, "allowed": "given, as [[runs]], or [[views]]", "names": ()},
            )
        named = [(f"runs.{place}", name) for place, name in enumerate(runs)]
        named += [(f"views.{place}", name) for place, name in enumerate(views)]
        for place, (key, name) in enumerate(named):
            if name in [other for _, other in named[:place]]:
                allowed = "different from the names of other runs and views"
                raise not_allowed(f"{key}.name", name or "(without a name)", allowed)
        if self.shown and self.shown not in (*runs, *views):
            raise not_allowed("shown", self.shown, "the name of a run or a view", (*runs, *views))
        for place, name in enumerate(views):
            if name in SHEET_TABLES:
                allowed = f"another name than {' and '.join(SHEET_TABLES)}"
                raise not_allowed(f"views.{place}.name", name, allowed)
        for number in PLACE.findall(self.finding):
            if not 1 <= int(number) <= len(self.claims):
                raise not_allowed(
                    "finding",
                    f"{{{number}}}",
                    f"text with {{1}} to {{{len(self.claims)}}}, a number for each claim",
                )
        curves = tuple(kind for kind in self.plots if kind not in _NO_CURVES)
        for key, kinds in (("log_axes", tuple(self.log_axes)), ("members", self.members)):
            for kind in kinds:
                if kind not in curves:
                    raise not_allowed(key, kind, "a plot of curves among the lesson's plots", curves)
        for place, preset in enumerate(self.presets):
            if preset.run and preset.view:
                raise not_allowed(f"presets.{place}.view", preset.view, "left out where run is given")
            if preset.run and preset.run not in runs:
                raise not_allowed(f"presets.{place}.run", preset.run, "the name of a run", tuple(runs))
            if preset.view and preset.view not in views:
                raise not_allowed(f"presets.{place}.view", preset.view, "the name of a view", tuple(views))
        return self


def part_titles(config: LessonConfig) -> dict[str, str]:
    """Return what each run and view is called where people read it, all different, by its name."""
    found: dict[str, str] = {}
    parts = [(run.name, run.title) for run in config.runs] + [
        (view.name, view.title) for view in config.views
    ]
    for name, given in parts:
        title = given or name or "The lesson's run"
        found[name] = f"{title} ({name})" if title in found.values() else title
    return found
