"""What is wrong with a lesson's formula is said; what can be drawn is let through."""

from __future__ import annotations

from pathlib import Path

import pytest

from compute.problems import ProblemError
from lab.cli import main
from lab.lesson_paths import LESSON
from lab.lessons.formula_check import COMMON, formula_fault
from lab.lessons.reading import built_in, load_lesson, pack_lesson, read_lesson
from tests.lab.lessons.test_reading import LESSON_TOML, folder

__all__ = ["folder"]


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        (r"\frac{a}{b", "a “{” is never closed"),
        (r"a}{b", "a “}” closes nothing"),
        (r"x^{2\}", "a “{” is never closed"),
        (r"a = b,\qquad \fraq{a}{b}", "there is no command \\fraq (\\frac?), in \\fraq{a}{b}"),
        (r"\zzzz", "there is no command \\zzzz, in"),
        (r"\left( a", "do not come in pairs"),
        (r"\right)", "do not come in pairs"),
        (r"\sqrt", "nothing behind it"),
        (r"x_", "nothing behind it"),
        (r"a^b^c", "two superscripts"),
        (r"a_b_c", "two subscripts"),
        (r"\begin{cases} a", "no \\end"),
        (r"\frac{a}", "too few"),
        (r"a & b", "outside of a table"),
        (r"\\\\", "empty"),
        ("\tanh x", "single quotes"),
        ("a\frac", "single quotes"),
    ],
)
def test_what_cannot_be_drawn_is_said(latex: str, words: str) -> None:
    assert words in formula_fault(latex)


@pytest.mark.parametrize(
    "latex",
    [
        "", r"\{a\}", "100 %", "a < b", r"\mathbb{R} \ge 0", r"\text{a\_b}", r"a \, b \quad c",
        r"\begin{cases} 1 & x > 0 \\ 0 & x \le 0 \end{cases}", r"\left[ \frac{a}{b} \right]", "½ (1 − p)",
        r"\sum_{k=1}^{K} y_k \ln p_k,\qquad \operatorname{softmax}(z)", "a\n= b",
    ],
)  # fmt: skip
def test_what_can_be_drawn_is_let_through(latex: str) -> None:
    assert formula_fault(latex) == ""


def test_commands_that_are_suggested_are_there() -> None:
    alone = [name for name in COMMON if name not in ("begin", "end", "left", "right", "cases")]
    assert [name for name in alone if "no command" in formula_fault(f"\\{name}{{a}}{{b}}")] == []


def test_the_formulas_of_the_built_in_lessons_can_be_drawn() -> None:
    for key in built_in():
        assert load_lesson(key, checked=True).key == key


def test_checking_and_packing_refuse_it_and_reading_does_not(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = LESSON_TOML.replace("[[runs]]", "formula = 'a = \\frac{1}{2'\n[[runs]]", 1)
    (folder / LESSON).write_text(text, encoding="utf-8")
    assert read_lesson(folder).config.formula  # the window shows what can be shown of it
    assert main(["lesson", "check", str(folder)]) == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "The lesson's formula cannot be drawn" in said and "(lesson.toml, line 5)" in said
    with pytest.raises(ProblemError, match="never closed"):
        pack_lesson(folder, tmp_path / "mine.losslesson")
    assert not (tmp_path / "mine.losslesson").exists()
