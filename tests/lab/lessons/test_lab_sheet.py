"""The lab sheet's tables hold what was recorded, and its page escapes what a lesson says."""

from __future__ import annotations

import csv
import datetime
import io
from pathlib import Path

import numpy as np
import pytest

from compute.problems import ProblemError
from lab.exporting.report_sections import formula_markup
from lab.lessons.attempt import Attempt
from lab.lessons.claim import Claim
from lab.lessons.finding import Finding
from lab.lessons.formulas import formula_lines
from lab.lessons.lab_sheet import claims_table, lab_sheet, prose, write_lab_sheet
from lab.lessons.lesson import Lesson
from lab.lessons.reading import built_in, load_lesson
from lab.lessons.sheet_tables import CURVES_HEAD, curves_csv, last_values_csv
from lab.pool import TrainerPool
from tests.lab.lessons.test_attempt import attempt, go_on, tiny

__all__ = ["attempt", "tiny"]


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode())))


def test_tables_hold_the_mean_over_seeds_and_each_seed_s_last_value(attempt: Attempt) -> None:
    attempt.skip()
    attempt.start()
    go_on(attempt)
    source = attempt.sessions["short"]
    series = [source.curves.series("loss", state.info.index) for state in source.runs]
    curves = [row for row in rows(curves_csv({"Short": source})) if row["metric"] == "loss"]
    assert tuple(curves[0]) == CURVES_HEAD
    assert len(curves) == len(series[0][0])
    last = np.array([values[-1] for _, values in series], dtype=np.float64)
    assert float(curves[-1]["step"]) == series[0][0][-1]
    assert float(curves[-1]["mean"]) == pytest.approx(last.mean())
    assert float(curves[-1]["lowest"]) == pytest.approx(last.min())
    assert float(curves[-1]["highest"]) == pytest.approx(last.max())
    assert curves[-1]["seeds"] == "2"
    found = [row for row in rows(last_values_csv({"Short": source})) if row["metric"] == "loss"]
    assert [float(row["value"]) for row in found] == pytest.approx(last.tolist())
    assert [row["seed"] for row in found] == ["0", "1"]


def test_a_sheet_needs_a_finished_lesson_and_a_free_name(attempt: Attempt, tmp_path: Path) -> None:
    target = tmp_path / "sheet.html"
    with pytest.raises(ProblemError, match="no lab sheet yet"):
        write_lab_sheet(attempt, target)
    attempt.skip()
    attempt.start()
    go_on(attempt)
    written = write_lab_sheet(attempt, target)
    assert all(path.is_file() for path in written)
    assert "No prediction was made." in target.read_text(encoding="utf-8")
    with pytest.raises(ProblemError, match=r"sheet\.html"):
        write_lab_sheet(attempt, target)


def test_what_a_lesson_says_is_escaped(tiny: Lesson) -> None:
    tiny.config = tiny.config.model_copy(update={"title": "a <script> & b"})
    made = Attempt(tiny, "cpu", lambda: TrainerPool(1))
    page = lab_sheet(made, (), ("a.csv",), datetime.datetime(2026, 1, 2, 3, 4))
    assert "<script>" not in page
    assert "a &lt;script&gt; &amp; b" in page
    assert "2026-01-02 03:04" in page


def test_prose_reads_emphasis_and_leaves_html_as_text() -> None:
    assert prose("*a* **b**\n\n`c` <i>") == (
        "<p><em>a</em> <strong>b</strong></p><p><code>c</code> &lt;i&gt;</p>"
    )


def test_the_sheet_has_the_formulas_and_gives_broad_figures_a_row_of_their_own(tiny: Lesson) -> None:
    formula = r"a=b\qquad c=\frac{1}{2}"
    tiny.config = tiny.config.model_copy(update={"formula": formula})
    made = Attempt(tiny, "cpu", lambda: TrainerPool(1))
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} 400"></svg>'
    figures = (("Curves", svg.format(560).encode()), ("A long table", svg.format(960).encode()))
    page = lab_sheet(made, figures, (), datetime.datetime(2026, 1, 2))
    assert page.count("<math") == 2
    assert "<mfrac>" in page
    assert page.count('<figure class="broad">') == 1
    assert page.index('<figure class="broad">') > page.index("Curves</figcaption>")


@pytest.mark.parametrize("key", built_in())
def test_the_formulas_of_the_built_in_lessons_become_mathml(key: str) -> None:
    for line in formula_lines(load_lesson(key).config.formula):
        markup = formula_markup(line, line)
        assert markup.startswith("<math"), line
        assert "\\" not in markup, line  # a command that was not understood


def test_numbers_on_a_sheet_are_not_broken() -> None:
    claim = Claim(say="It is {measured}", measure='mean(last("CE", "loss"))', value=1e-5, within=1e-9)
    ((_, measured, expected, _),) = claims_table([Finding(claim, 1.00001e-5, True)]).rows
    assert " × " not in f"{measured}{expected}"
    assert "\u00a0×\u00a0" in str(expected)
