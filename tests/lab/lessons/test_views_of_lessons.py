"""Lessons with views of Explore: read, worked through in steps and headless, and what is wrong in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import lab.cli
from compute.problems import ProblemError
from lab.explore.efficiency import EfficiencyState
from lab.explore.numerics import NumericsState
from lab.lesson_paths import LESSON
from lab.lessons.attempt import Attempt
from lab.lessons.claim import Claim
from lab.lessons.finding import Finding
from lab.lessons.reading import TEXT, load_lesson, pack_lesson, read_lesson
from lab.lessons.running import run_lesson
from lab.lessons.sheet_figures import sheet_figures
from lab.panels import Panel

VIEWS_LESSON = """
number = 5
title = "Views"
question = "What is shown?"
finding = "{1} and {2}"
[prediction]
ask = "Which?"
answers = ["A", "B"]
right = 1
[[views]]
name = "gap"
title = "A gap"
state = "gap.toml"
[[views]]
name = "noise"
state = "noise.toml"
change = { replications = 1000, samples = 11 }
[[claims]]
say = "The loss is {measured}"
measure = 'numeric_loss("gap", "naive", "float32")'
value = inf
[[claims]]
say = "The efficiency is {measured}"
measure = 'efficiency("noise", "median")'
low = 0.5
high = 0.8
[[presets]]
label = "Smaller"
change = { "logits.0" = 40.0 }
[[presets]]
label = "Wider"
view = "noise"
change = { noise = "laplace" }
"""
GAP = 'view = "numerics"\nlogits = [120.0, 0.0]\nlabel = 1\n'
SMALL = (
    '[data]\nname = "moons"\nsamples = 40\n[[losses]]\nname = "cross_entropy"\nlabel = "ce"\n'
    "[training]\nepochs = 2\n[seeds]\ncount = 1\n"
)
NOISE = 'view = "efficiency"\nseed = 3\n'


@pytest.fixture
def views_folder(tmp_path: Path) -> Path:
    made = tmp_path / "views"
    made.mkdir()
    (made / LESSON).write_text(VIEWS_LESSON, encoding="utf-8")
    (made / TEXT).write_text("Look.", encoding="utf-8")
    (made / "gap.toml").write_text(GAP, encoding="utf-8")
    (made / "noise.toml").write_text(NOISE, encoding="utf-8")
    return made


def test_views_are_read_with_their_changes_and_packed(views_folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "views.losslesson"
    pack_lesson(views_folder, target)
    lesson = read_lesson(target)
    assert lesson.parts == ("gap", "noise")
    assert lesson.states["gap"] == NumericsState((120.0, 0.0), 1)
    assert lesson.states["noise"] == EfficiencyState(samples=11, replications=1000, seed=3)
    assert lesson.changed(0) == NumericsState((40.0, 0.0), 1)
    wider = lesson.changed(1)
    assert isinstance(wider, EfficiencyState)
    assert (wider.noise, wider.samples) == ("laplace", 11)


def test_a_lesson_of_views_is_worked_through_step_by_step(views_folder: Path) -> None:
    attempt = Attempt(read_lesson(views_folder), "cpu")
    with pytest.raises(ProblemError, match="answer first"):
        attempt.start()
    attempt.predict(1)
    attempt.start()
    assert (attempt.busy, attempt.active_part, attempt.progress) == (True, "gap", 0.5)
    attempt.advance()
    assert attempt.active_part == "noise"
    assert attempt.findings[0] is not None
    assert attempt.findings[0].number == "∞"
    assert attempt.findings[1] is None
    attempt.advance()
    assert attempt.progress == pytest.approx(0.75)
    attempt.stop()
    assert (attempt.state, attempt.busy) == ("stopped", False)
    attempt.start()
    while attempt.busy:
        attempt.advance()
    assert attempt.state == "finished"
    assert attempt.held
    attempt.try_preset(1)
    assert not attempt.busy
    assert attempt.trial_view is not None
    assert attempt.trial_view.state == attempt.lesson.changed(1)
    assert attempt.trial_session is None


def test_runs_and_views_stand_beside_each_other(views_folder: Path) -> None:
    text = VIEWS_LESSON.replace("[[claims]]", '[[runs]]\nexperiment = "small.toml"\n[[claims]]', 1)
    text += (
        '[[claims]]\nsay = "{measured}"\nmeasure = \'mean(last("ce", "loss")) + broken("gap")\'\nlow = 7\n'
    )
    (views_folder / LESSON).write_text(text, encoding="utf-8")
    (views_folder / "small.toml").write_text(SMALL, encoding="utf-8")
    preset = '[[presets]]\nlabel = "Smaller"\n'
    with pytest.raises(ProblemError, match="Smaller"):  # the first part is the run now, which has no logits
        read_lesson(views_folder)
    (views_folder / LESSON).write_text(text.replace(preset, preset + 'view = "gap"\n'), encoding="utf-8")
    lesson = read_lesson(views_folder)
    assert lesson.parts == ("", "gap", "noise")
    attempt = run_lesson(lesson, "cpu")
    assert attempt.held
    assert attempt.findings[2] is not None
    assert attempt.findings[2].measured > 7


@pytest.mark.parametrize(
    ("file", "change", "words"),
    [
        (LESSON, ('"gap.toml"', '"gab.toml"'), "no file gab.toml"),
        (LESSON, ("efficiency(", "eficiency("), "Did you mean efficiency"),
        (LESSON, ('("gap", "naive"', '("gab", "naive"'), "no view gab. Did you mean gap"),
        (LESSON, ('numeric_loss("gap"', 'numeric_loss("noise"'), "is of Numerics views, and noise is of"),
        (LESSON, ('name = "noise"', 'name = "gap"'), "names of other runs and views"),
        (LESSON, ('name = "noise"', 'name = "curves"'), "another name than curves and last-values"),
        (LESSON, ('view = "noise"', 'view = "nose"'), "Did you mean noise"),
        (LESSON, ('view = "noise"', 'view = "noise"\nrun = "a"'), "left out where run is given"),
        (LESSON, ('"logits.0" = 40.0', "logitz = [1.0, 2.0]"), "preset “Smaller”"),
        (LESSON, ('"logits.0" = 40.0', '"logits.7" = 40.0'), "no key 'logits.7'"),
        (LESSON, ('"logits.0" = 40.0', "logits = [1.0]"), "Between 2 and 20"),
        (LESSON, ("replications = 1000", "replications = 1"), "what the view “noise” changes"),
        (LESSON, ('state = "gap.toml"', ""), "state"),
        ("gap.toml", ("numerics", "numeric"), "unknown view"),
        ("gap.toml", ("label = 1", "label = 9"), "In the view “gap”, gap.toml"),
        ("gap.toml", ("label", "lable"), "'label' meant"),
    ],
)
def test_what_is_wrong_with_a_view_is_said(
    views_folder: Path, file: str, change: tuple[str, str], words: str
) -> None:
    text = (views_folder / file).read_text(encoding="utf-8")
    assert change[0] in text
    (views_folder / file).write_text(text.replace(*change), encoding="utf-8")
    with pytest.raises(ProblemError, match=words):
        read_lesson(views_folder)


def test_a_lesson_has_runs_or_views(views_folder: Path) -> None:
    text = VIEWS_LESSON.replace("[[views]]", "[[views_]]")
    (views_folder / LESSON).write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError, match="views"):
        read_lesson(views_folder)


@pytest.mark.parametrize(
    ("value", "number", "holds"),
    [
        ("nan", float("nan"), True),
        ("nan", 1.0, False),
        ("inf", float("inf"), True),
        ("inf", float("-inf"), False),
        ("inf", 1e308, False),
        ("2", float("nan"), False),
        ("2", 2.0, True),
    ],
)
def test_a_claim_may_want_infinity_or_nan(value: str, number: float, holds: bool) -> None:
    claim = Claim(say="{measured}", measure='numeric_loss("a", "naive", "float32")', value=float(value))
    assert claim.allows(number) is holds
    assert Finding(claim, number, holds).bounds == {"inf": "∞"}.get(value, value)


@pytest.mark.parametrize("name", ["10", "13"])
def test_the_lessons_of_numbers_run_headless_and_hold(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert lab.cli.main(["lesson", "check", name]) == 0
    out = capsys.readouterr().out
    assert out.count("pass") == len(load_lesson(name).config.claims)
    assert {"10": "16.118096", "13": "0.63662 "}[name] in out


def test_other_seeds_bear_out_the_lesson_on_estimators() -> None:
    lesson = load_lesson("estimators")
    for seed in (1, 2):
        changed = {name: replace_seed(state, seed) for name, state in lesson.states.items()}
        lesson.states = changed
        attempt = run_lesson(lesson, "cpu")
        failed = [finding.sentence for finding in attempt.findings if finding and not finding.holds]
        assert not failed


def replace_seed(state: object, seed: int) -> EfficiencyState:
    """Return the simulation with another seed."""
    assert isinstance(state, EfficiencyState)
    return replace(state, seed=seed)


def test_the_lab_sheet_is_written_headless_and_replaced_only_when_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "sheet.html"
    arguments = ["lesson", "run", "13", "--sheet", str(target)]
    assert lab.cli.main(arguments) == 0
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"sheet.html", *(f"sheet-{name}.csv" for name in load_lesson("13").states)}
    out = capsys.readouterr().out
    assert all(str(tmp_path / name) in out for name in names)
    page = target.read_text(encoding="utf-8")
    assert "No prediction was made." in page
    assert "replications = 20000" in page
    assert "Efficiency,huber ratio,20000," in (tmp_path / "sheet-laplace.csv").read_text(encoding="utf-8")
    target.unlink()
    assert lab.cli.main(arguments) == 2
    assert "sheet-gaussian.csv" in capsys.readouterr().err
    assert not target.exists()
    assert lab.cli.main([*arguments, "--force"]) == 0


def test_a_lab_sheet_as_pdf_is_made_by_what_is_handed_in_or_refused_before_the_run(
    views_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "sheet.PDF"
    arguments = ["lesson", "run", str(views_folder), "--sheet", str(target)]
    assert lab.cli.main(arguments) == 2
    assert "needs Qt" in capsys.readouterr().err
    assert not list(tmp_path.glob("sheet*"))
    given: list[tuple[object, ...]] = []

    def print_sheet(*handed: object) -> bytes:
        given.append(handed)
        return b"%PDF-"

    assert lab.cli.main(arguments, print_sheet=print_sheet) == 0
    assert target.read_bytes() == b"%PDF-"
    ((attempt, panels, tables, _),) = given
    assert isinstance(attempt, Attempt) and attempt.state == "finished"
    assert [title for title, _ in panels] and tables == ["sheet-gap.csv", "sheet-noise.csv"]  # type: ignore[attr-defined]


def test_the_plots_of_runs_and_views_are_drawn_without_a_window(views_folder: Path) -> None:
    (views_folder / "small.toml").write_text(SMALL, encoding="utf-8")
    run = '[[runs]]\nname = "run"\nexperiment = "small.toml"\n'
    text = VIEWS_LESSON.replace("[[claims]]", f"{run}[[claims]]", 1)
    text = text.replace('label = "Smaller"', 'label = "Smaller"\nview = "gap"')
    (views_folder / LESSON).write_text(text, encoding="utf-8")
    attempt = run_lesson(read_lesson(views_folder), "cpu")
    drawn: list[str] = []

    def draw(panels: Sequence[Panel], folder: Path, stem: str, *given: object) -> Sequence[Path]:
        drawn.append(type(panels[0]).__name__)
        path = folder / f"{stem}.svg"
        path.write_text("<svg/>", encoding="utf-8")
        return [path]

    titles = [title for title, _ in sheet_figures(attempt, draw)]
    assert drawn == ["CurvePanel"] * 3 + ["FieldPanel", "CurvePanel"]
    assert [title.partition(": ")[0] for title in titles] == ["run"] * 4 + ["noise"]
    attempt.lesson.config = attempt.lesson.config.model_copy(update={"plots": ("residuals", "objective")})
    assert [title.partition(" ")[0] for title, _ in sheet_figures(attempt, draw)] == ["run:", "noise:"]
