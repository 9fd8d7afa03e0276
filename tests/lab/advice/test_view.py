"""Advice as a plot, a table and words on the terminal."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from lab.advice.panel import AdvicePanel
from lab.advice.view import LOOKED_AT, all_findings, quick_findings
from lab.exporting.findings_table import COLUMNS, findings_table
from lab.exporting.forms import write_forms
from lab.figure_look import Provenance
from lab.instruments.instrument import InstrumentError
from lab.panel_views import PANEL_KINDS, applicable_kinds, make_panel
from lab.results import tell_advice
from lab.session import Session
from lab.view_options import ViewOptions
from tests.lab.advice.judged import lesson, network, train


@pytest.fixture(scope="module")
def stuck() -> Session:
    return train(lesson("slow_learner/neuron.toml", model__initializer__values=[5.0, 5.0]))


@pytest.fixture(scope="module")
def blown() -> Session:
    return train(network(data="sine", loss="squared_error", rate=5.0))


def panel(session: Session, **options: object) -> AdvicePanel:
    made = make_panel(session, "advice", ViewOptions(**options))  # type: ignore[arg-type]
    assert isinstance(made, AdvicePanel)
    return made


def test_the_panel_has_the_findings_with_their_losses_colours(stuck: Session) -> None:
    made = panel(stuck)
    assert made.title == PANEL_KINDS["advice"] == "Advice"
    assert made.subtitle == "1 finding at step 301"
    (row,) = made.rows
    assert row.finding.key == "saturation_plateau"
    assert row.series == (1,)
    assert row.body == f"{row.finding.evidence}\n{row.finding.cause}"
    assert not made.calm
    assert "advice" in applicable_kinds(stuck.summary)


def test_it_stands_at_the_step_looked_at() -> None:
    session = train(lesson("slow_learner/neuron.toml", model__initializer__values=[2.0, 2.0]))
    early, late = panel(session, at=40), panel(session)
    assert early.subtitle == "1 finding at step 40"
    assert late.rows == ()
    assert late.subtitle == "step 301"
    assert late.calm == "Nothing stands out."
    assert panel(session, at=300).calm == "Nothing stands out so far."
    assert late.looked_at == LOOKED_AT


def test_what_a_message_says_is_not_said_twice(blown: Session) -> None:
    assert blown.problem is not None
    assert [finding.key for finding in all_findings(blown)] == ["diverged"]
    assert panel(blown).rows == ()
    assert panel(blown).calm == "Nothing else stands out."
    assert quick_findings(blown) == ()
    session = train(network(data="sine", loss="squared_error", rate=5.0))
    session.dismiss_problem()
    assert [row.finding.key for row in panel(session).rows] == ["diverged"]
    assert len(quick_findings(session)) == 1


def test_without_an_answer_there_is_what_curves_show(stuck: Session) -> None:
    class Silent:
        def ask(self, source: object, question: object) -> None:
            return None

    class Broken:
        def ask(self, source: object, question: object) -> None:
            raise InstrumentError("the process ended")

    for answers in (Silent(), Broken()):
        assert all_findings(stuck, answers=answers) == ()
    session = train(lesson("loses_classes/digits.toml", seeds__count=6, training__epochs=30))
    assert [finding.key for finding in all_findings(session, answers=Broken())] == ["class_never_predicted"]


def test_the_study_process_answers_advice(stuck: Session) -> None:
    """As the window asks: at first nothing, a moment later the plateau."""
    import time

    from lab.instruments.study import Study

    study = Study()
    try:
        assert make_panel(stuck, "advice", ViewOptions(), study).rows == ()  # type: ignore[union-attr]
        deadline = time.monotonic() + 120
        while not study.advance():
            assert time.monotonic() < deadline
            make_panel(stuck, "advice", ViewOptions(), study)
            time.sleep(0.02)
        assert make_panel(stuck, "advice", ViewOptions(), study) == panel(stuck)
    finally:
        study.close()


def test_the_table_has_a_row_a_finding(stuck: Session, tmp_path: Path) -> None:
    table = findings_table(stuck)
    assert tuple(column.title for column in table.columns) == COLUMNS
    (path,) = write_forms(stuck, tmp_path, "stuck", ("findings",), Provenance(""))
    assert path.name == "stuck-findings.csv"
    with path.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    (finding,) = all_findings(stuck)
    assert row["Finding"] == "saturation_plateau"
    assert row["Title"] == finding.title
    assert row["Evidence"] == finding.evidence
    assert row["Losses"] == "quadratic"
    assert row["Runs"] == "0"
    assert row["To try"] == "Start from Glorot weights"
    assert row["Settings"] == "model.initializer.name=glorot"


def test_a_table_without_findings_has_its_columns(tmp_path: Path) -> None:
    (path,) = write_forms(train(network()), tmp_path, "calm", ("findings",), Provenance(""))
    assert path.read_text(encoding="utf-8").strip() == ",".join(COLUMNS)


def test_the_terminal_says_findings_but_not_divergence_again(
    stuck: Session, blown: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    tell_advice(stuck)
    said = capsys.readouterr().err
    assert said.startswith("quadratic stands still on a plateau at step 301. At step 301, 100")
    assert "Start from Glorot weights: --set model.initializer.name=glorot" in said
    tell_advice(blown)
    assert capsys.readouterr().err == ""


def test_data_that_are_gone_do_not_stop_advice(stuck: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    from lab.instruments import book
    from lab.problems import Problem, ProblemError

    def gone(*_: object) -> None:
        raise ProblemError(Problem("points.csv is not there any more"))

    monkeypatch.setattr(book, "prepare_data", gone)
    assert all_findings(stuck) == ()
    assert replace(panel(stuck), subtitle="").rows == ()
