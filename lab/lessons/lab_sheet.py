"""The lab sheet of a lesson: a page of HTML on what was predicted, run and found, and its curves as CSV."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from compute.problems import Problem, ProblemError
from lab.explore.state_text import dump_state
from lab.exporting.html_text import escaped, facts, html_table, paragraph, section, tag
from lab.exporting.inline_svg import inline_svg
from lab.exporting.report_sections import formula_markup
from lab.exporting.report_style import STYLE
from lab.exporting.tables import Column, Table
from lab.lessons.attempt import Attempt
from lab.lessons.finding import Finding, filled
from lab.lessons.formulas import formula_lines
from lab.lessons.lesson import Lesson
from lab.lessons.lesson_config import SHEET_TABLES, part_titles
from lab.lessons.sheet_tables import curves_csv, last_values_csv, view_csv
from lab.loss_labels import loss_labels
from lab.number_text import thousands
from lab.versions import versions
from lab.whole_files import check_free, whole_file

BROAD = 640
"""Figures that are wider than this have a row of their own, so that their type can be read."""


def write_lab_sheet(
    attempt: Attempt, path: Path, figures: Sequence[tuple[str, bytes]] = (), *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write the lab sheet, and beside it as CSV its runs' curves and last values and its views' numbers.

    Parameters
    ----------
    attempt
        A lesson that was run to its end.
    path
        The page.
    figures
        (title, SVG) of each plot.
    overwrite
        Whether files may be replaced.

    Returns
    -------
    tuple of Path
        What was written, the page first.

    Raises
    ------
    ProblemError
        Where the lesson is not finished, or a file is there already or cannot be written.
    """

    def page(tables: Sequence[str]) -> bytes:
        return lab_sheet(attempt, figures, tables, datetime.datetime.now()).encode()

    return write_sheet_files(attempt, path, page, overwrite=overwrite)


def write_sheet_files(
    attempt: Attempt, path: Path, page: Callable[[Sequence[str]], bytes], *, overwrite: bool = False
) -> tuple[Path, ...]:
    """Write a lab sheet in any form, and the tables beside it; see `write_lab_sheet`.

    Parameters
    ----------
    attempt
        A lesson that was run to its end.
    path
        Where the page goes.
    page
        Makes it, of the names of the tables beside it.
    overwrite
        Whether files may be replaced.
    """
    if attempt.state != "finished":
        raise ProblemError(Problem("There is no lab sheet yet", "Run the lesson to its end first."))
    titles = part_titles(attempt.lesson.config)
    sources = {titles[name]: session for name, session in attempt.sessions.items()}
    makers: list[Callable[[], bytes]] = []
    if sources:
        makers += [partial(curves_csv, sources), partial(last_values_csv, sources)]
    makers += [partial(view_csv, attempt.results.views[name]) for name in attempt.lesson.states]
    tables = check_sheet(attempt.lesson, path, overwrite=overwrite)
    for target, make in zip(tables, makers, strict=True):
        with whole_file(target, overwrite=overwrite) as file:
            file.write(make())
    content = page([target.name for target in tables])
    with whole_file(path, overwrite=overwrite) as file:
        file.write(content)
    return (path, *tables)


def check_sheet(lesson: Lesson, path: Path, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Return the tables that lie beside a lab sheet: curves and last values of its runs, then each view.

    Raises
    ------
    ProblemError
        Where the sheet or one of them is there already and may not be replaced.
    """
    names = SHEET_TABLES if lesson.experiments else ()
    tables = tuple(path.with_name(f"{path.stem}-{name}.csv") for name in (*names, *lesson.states))
    check_free([path, *tables], overwrite)
    return tables


def lab_sheet(
    attempt: Attempt, figures: Sequence[tuple[str, bytes]], tables: Sequence[str], now: datetime.datetime
) -> str:
    """Return the page.

    Parameters
    ----------
    attempt
        A lesson that was run to its end.
    figures
        (title, SVG) of each plot.
    tables
        Names of the tables beside the page.
    now
        When it was written, local time.
    """
    title = escaped(attempt.lesson.config.title)
    plots = [
        tag(
            "figure",
            tag("div", inline_svg(content, f"figure{number}-", title), class_="paper")
            + tag("figcaption", escaped(title)),
            **({"class_": "broad"} if _width(content) > BROAD else {}),
        )
        for number, (title, content) in enumerate(figures)
    ]
    shown = tag("div", "".join(plots), class_="figures") if plots else ""
    lines = formula_lines(attempt.lesson.config.formula)
    formulas = "".join(tag("div", formula_markup(line, line), class_="formula") for line in lines)
    body = sheet_body(attempt, shown, formulas, tables, now)
    head = '<meta charset="utf-8">' + tag("title", title) + tag("style", STYLE)
    return f"<!DOCTYPE html>\n{tag('html', tag('head', head) + tag('body', tag('main', body)), lang='en')}\n"


def sheet_body(
    attempt: Attempt, plots: str, formulas: str, tables: Sequence[str], now: datetime.datetime
) -> str:
    """Return what stands on a lab sheet, as HTML without its head; parameters as in `lab_sheet`.

    ``plots`` and ``formulas`` are the HTML of these, empty for none.
    """
    config = attempt.lesson.config
    return "".join(
        (
            tag("header", tag("h1", escaped(config.title)) + paragraph(config.question, class_="question")),
            _prediction(attempt),
            section("finding", "Finding", [prose(filled(config.finding, attempt.findings)), formulas]),
            section("claims", "Claims", [html_table(claims_table(attempt.findings))]),
            section("plots", "Plots", [plots]),
            section("made", "How it was made", [facts(_facts(attempt, tables, now))]),
            section("references", "References", [paragraph(line) for line in config.references]),
        )
    )


def prose(markdown: str) -> str:
    """Return short text in Markdown as HTML: paragraphs, bold, italic and code; all else as it stands.

    >>> prose("A **bold** word & `code`.")
    '<p>A <strong>bold</strong> word &amp; <code>code</code>.</p>'
    """
    found = []
    for block in re.split(r"\n\s*\n", markdown.strip()):
        words = escaped(" ".join(block.split()))
        for pattern, name in ((r"`([^`]+)`", "code"), (r"\*\*(.+?)\*\*", "strong"), (r"\*(.+?)\*", "em")):
            words = re.sub(pattern, rf"<{name}>\1</{name}>", words)
        found.append(tag("p", words))
    return "".join(found)


def claims_table(findings: Sequence[Finding | None]) -> Table:
    """Return each claim with what was measured, what was expected, and whether it holds."""
    rows = tuple(
        (
            finding.sentence,
            finding.number.replace(" ", "\u00a0"),
            finding.bounds.replace(" × ", "\u00a0×\u00a0"),
            "yes" if finding.holds else "no",
        )
        if not finding.why_not
        else (finding.sentence, "not measured", finding.why_not, "no")
        for finding in findings
        if finding is not None
    )
    columns = (Column("Claim"), Column("Measured"), Column("Expected"), Column("Holds"))
    return Table("Measured in the runs and views of this sheet", columns, rows)


def _prediction(attempt: Attempt) -> str:
    prediction = attempt.lesson.config.prediction
    if prediction is None:
        return ""
    said = "No prediction was made."
    if attempt.answer:
        verdict = "the lesson's answer" if attempt.right else "not the lesson's answer"
        said = f"Predicted before the run: {prediction.answers[attempt.answer - 1]} ({verdict})."
    answer = f"The lesson's answer: {prediction.answers[prediction.right - 1]}. {prediction.because}"
    return section("prediction", "Prediction", [paragraph(text) for text in (prediction.ask, said, answer)])


def _facts(attempt: Attempt, tables: Sequence[str], now: datetime.datetime) -> list[tuple[str, str]]:
    found = [("Date", now.strftime("%Y-%m-%d %H:%M"))]
    titles = part_titles(attempt.lesson.config)
    for name, session in attempt.sessions.items():
        losses = ", ".join(loss_labels(session.run_config))
        seeds = seed_words(state.info.seed for state in session.runs)
        found.append((titles[name], f"{losses}; {seeds}; {thousands(session.step)} steps"))
    for name, view in attempt.results.views.items():
        found.append((titles[name], ", ".join(dump_state(view.state).split("\n")[1:-1])))
    found += [("Tables beside it", ", ".join(tables)), ("Lesson", attempt.lesson.key)]
    found.append(("Versions", ", ".join(f"{name} {text}" for name, text in versions().items())))
    return found


def seed_words(seeds: Iterable[int]) -> str:
    """Return seeds as a person reads them.

    >>> seed_words([2, 0, 1, 3]), seed_words([4]), seed_words([1, 3, 9])
    ('seeds 0 to 3', 'seed 4', 'seeds 1, 3, 9')
    """
    known = sorted(set(seeds))
    if len(known) == 1:
        return f"seed {known[0]}"
    if len(known) > 2 and known[-1] - known[0] == len(known) - 1:
        return f"seeds {known[0]} to {known[-1]}"
    return f"seeds {', '.join(map(str, known))}"


def _width(svg: bytes) -> float:
    """Return how wide a drawing is in units of its type, 0 where it does not say."""
    found = re.search(rb'viewBox="\s*\S+\s+\S+\s+([\d.]+)', svg)
    return float(found[1]) if found else 0.0
