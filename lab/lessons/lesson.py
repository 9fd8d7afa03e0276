"""A lesson as data: what is asked, what is trained, what is claimed. See `lab.lessons.reading` for files."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from lab.config import ExperimentConfig
from lab.config_checks import Part, not_allowed
from lab.lessons.measures import check_measure
from lab.lessons.seed_values import MeasureError

FORMAT = 1

Number = Annotated[float, Field(allow_inf_nan=False, strict=False)]


def _measure(text: str) -> str:
    try:
        check_measure(text)
    except MeasureError as error:
        raise PydanticCustomError(
            "not_allowed",
            "{key} must be {allowed}",
            {"key": "", "value": text, "allowed": f"a measure. {str(error).rstrip('.?')}", "names": ()},
        ) from None
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
    right: int = Field(ge=1, le=8)
    because: str = Field(default="", max_length=600)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.right > len(self.answers):
            raise not_allowed("right", self.right, f"a number from 1 to {len(self.answers)}")
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

    name: str = Field(default="", max_length=40, pattern=r"^[A-Za-z0-9_\-]*$")
    experiment: str = Field(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9_\-]+\.toml$")
    title: str = Field(default="", max_length=80)
    change: dict[str, Any] = Field(default_factory=dict)


class Claim(Part):
    """A statement with a number that the lesson's runs must bear out.

    Attributes
    ----------
    say
        The statement; ``{measured}`` stands for the number found.
    measure
        How the number is got from the runs; see `lab.lessons.measures`.
    value, within
        What it must be, and how far off it may be.
    relative
        Whether ``within`` is a share of ``value``.
    low, high
        Bounds, either may be missing.
    """

    say: str = Field(min_length=1, max_length=400)
    measure: Annotated[str, AfterValidator(_measure)] = Field(max_length=600)
    value: Number | None = None
    within: Annotated[Number, Field(ge=0)] = 0.0
    relative: bool = False
    low: Number | None = None
    high: Number | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.value is None and self.low is None and self.high is None:
            raise PydanticCustomError(
                "not_allowed",
                "{key} must be {allowed}",
                {"key": "value", "value": None, "allowed": "given, or low or high", "names": ()},
            )
        if self.low is not None and self.high is not None and self.low > self.high:
            raise not_allowed("low", self.low, f"at most high, which is {self.high:g}")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """Least and largest number that bears the claim out."""
        low = -float("inf") if self.low is None else self.low
        high = float("inf") if self.high is None else self.high
        if self.value is not None:
            room = self.within * (abs(self.value) if self.relative else 1)
            low, high = max(low, self.value - room), min(high, self.value + room)
        return low, high


class Preset(Part):
    """A setting to try: what to change, and what it will show. ``bad`` ones fail on purpose."""

    label: str = Field(min_length=1, max_length=80)
    run: str = ""
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
        Its experiments, the one that is shown first first.
    claims
        What the runs must show.
    formula
        LaTeX of what explains it, or empty.
    finding
        The answer, in Markdown, with ``{1}``, ``{2}`` … for the numbers that the claims measured.
    presets
        "Now change this".
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
    runs: tuple[LessonRun, ...] = Field(min_length=1, max_length=16, strict=False)
    claims: tuple[Claim, ...] = Field(min_length=1, max_length=60, strict=False)
    formula: str = Field(default="", max_length=400)
    finding: str = Field(default="", max_length=2000)
    presets: tuple[Preset, ...] = Field(default=(), max_length=16, strict=False)
    locked: tuple[str, ...] = Field(default=(), strict=False)
    hidden: tuple[str, ...] = Field(default=(), strict=False)
    references: tuple[str, ...] = Field(default=(), max_length=12, strict=False)

    @model_validator(mode="after")
    def _names(self) -> Self:
        names = [run.name for run in self.runs]
        for name in names:
            if names.count(name) > 1:
                raise not_allowed("runs", name or "(without a name)", "runs with different names")
        for preset in self.presets:
            if preset.run and preset.run not in names:
                raise not_allowed("presets", preset.run, "of a known run", tuple(names))
        return self


class Lesson:
    """A lesson that was read: its data, its text and its experiments.

    Attributes
    ----------
    key
        Name of its folder: ``"slow_learner"``.
    config
        Its data.
    text
        What is read beside the plots, in Markdown.
    experiments
        Name of a run → its experiment.
    """

    def __init__(
        self, key: str, config: LessonConfig, text: str, experiments: dict[str, ExperimentConfig]
    ) -> None:
        self.key = key
        self.config = config
        self.text = text
        self.experiments = experiments


def run_titles(config: LessonConfig) -> dict[str, str]:
    """Return what each run of a lesson is called where people read it, all different, by its name."""
    found: dict[str, str] = {}
    for run in config.runs:
        title = run.title or run.name or "The lesson's run"
        found[run.name] = f"{title} ({run.name})" if title in found.values() else title
    return found
