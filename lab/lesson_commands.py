"""``losslab lesson list|run|check|pack``: lessons on the command line."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from compute.problems import Problem, ProblemError
from lab.terminal import print_problem, say
from lab.training_arguments import add_device

if TYPE_CHECKING:
    from lab.lessons.attempt import Attempt
    from lab.lessons.finding import Finding
    from lab.lessons.lesson import Lesson
    from lab.lessons.sheet_figures import PrintSheet
    from lab.panels import Panel

OK, FAILED, BAD_INPUT = 0, 1, 2


def add_lesson_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser of all."""
    lesson = commands.add_parser(
        "lesson",
        help="list, run and check lessons: questions with experiments and claims",
        description="Lessons: a question, an experiment that answers it, and claims that can be checked. "
        "NAME is a lesson's name or number, or the folder or file of one of your own.",
    )
    lesson.set_defaults(perform=lesson_command)
    acts = lesson.add_subparsers(dest="act", metavar="list|run|check|pack", required=True)
    acts.add_parser("list", help="list the lessons")
    run = acts.add_parser("run", help="train a lesson's experiments and print its claims with the numbers")
    run.add_argument("name", metavar="NAME")
    run.add_argument(
        "--sheet", metavar="FILE", help="write the lab sheet as FILE.html or FILE.pdf, with tables beside it"
    )
    run.add_argument("--force", action="store_true", help="overwrite the lab sheet")
    check = acts.add_parser("check", help="the same for one, several or all; exit 1 if a claim fails")
    check.add_argument("names", metavar="NAME", nargs="*")
    check.add_argument("--all", action="store_true", help="check every built-in lesson")
    pack = acts.add_parser("pack", help="write a lesson's folder as one file to share")
    pack.add_argument("folder", metavar="FOLDER")
    pack.add_argument("--out", metavar="FILE", help="default: FOLDER.losslesson")
    pack.add_argument("--force", action="store_true", help="overwrite the file")
    for command in (run, check):
        add_device(command)


def lesson_command(options: argparse.Namespace) -> int:
    """Do what was asked.

    Returns
    -------
    int
        0 done, 1 a claim failed or a run broke off.

    Raises
    ------
    ProblemError
        For a lesson that is not there or not right.
    """
    from lab.lesson_paths import SUFFIX
    from lab.lessons.reading import built_in, load_lesson, pack_lesson

    if options.act == "list":
        return _list()
    if options.act == "pack":
        folder = Path(options.folder)
        target = Path(options.out) if options.out else folder.with_suffix(SUFFIX)
        pack_lesson(folder, target, overwrite=options.force)
        print(target)
        return OK
    if options.act == "run":
        return _run_whole(options)
    names: Sequence[str] = built_in() if options.all else options.names
    if not names:
        say("losslab lesson check: name a lesson, or give --all.")
        return BAD_INPUT
    lessons = [load_lesson(name, checked=True) for name in names]
    codes = [_run(lesson, options.device, whole=False) for lesson in lessons]
    if len(codes) > 1:
        print(f"{codes.count(OK)} of {len(codes)} lessons hold.")
    return max(codes)


def _list() -> int:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from lab.lessons.reading import built_in, load_lesson

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("", "Name", "Title", "Question"):
        table.add_column(title, overflow="fold", justify="right" if not title else "left")
    for key in built_in():
        config = load_lesson(key).config
        table.add_row(*(Text(cell) for cell in (str(config.number), key, config.title, config.question)))
    Console(highlight=False, markup=False).print(table)
    return OK


def _run_whole(options: argparse.Namespace) -> int:
    """Run one lesson, and write its lab sheet where one is wanted."""
    from lab.lessons.lab_sheet import check_sheet, write_lab_sheet, write_sheet_files
    from lab.lessons.reading import load_lesson
    from lab.lessons.sheet_figures import sheet_figures, sheet_panels

    lesson = load_lesson(options.name)
    if options.sheet is None:
        return _run(lesson, options.device, whole=True)
    path = Path(options.sheet)
    as_pdf, print_sheet = path.suffix.lower() == ".pdf", options.print_sheet
    if as_pdf and print_sheet is None:
        raise ProblemError(
            Problem(
                "A lab sheet as PDF needs Qt, which is not here", f"Write {path.with_suffix('.html').name}."
            )
        )
    check_sheet(lesson, path, overwrite=options.force)

    def write(attempt: Attempt) -> None:
        if as_pdf:
            page = partial(_pdf_page, print_sheet, attempt, sheet_panels(attempt))
            for written in write_sheet_files(attempt, path, page, overwrite=options.force):
                print(written)
            return
        figures = () if options.draw is None else sheet_figures(attempt, options.draw)
        for written in write_lab_sheet(attempt, path, figures, overwrite=options.force):
            print(written)

    return _run(lesson, options.device, whole=True, then=write)


def _pdf_page(
    print_sheet: PrintSheet, attempt: Attempt, panels: Sequence[tuple[str, Panel]], tables: Sequence[str]
) -> bytes:
    return print_sheet(attempt, panels, tables, datetime.datetime.now())


def _run(
    lesson: Lesson, device: str, *, whole: bool, then: Callable[[Attempt], None] = lambda attempt: None
) -> int:
    from lab.lessons.running import run_lesson

    config = lesson.config
    print(f"{config.number}. {config.title}")
    if whole:
        print(config.question)
    try:
        attempt = run_lesson(lesson, device)
    except ProblemError as error:
        print_problem(error.problem)
        return FAILED
    for finding in attempt.findings:
        if finding is not None:
            print(finding_text(finding), flush=True)
    then(attempt)
    return OK if attempt.held else FAILED


def finding_text(finding: Finding) -> str:
    """Write a claim on one line: pass or fail, the sentence with its number, and what was expected."""
    if finding.why_not:
        return f"  FAIL  {finding.sentence}  (not measured: {finding.why_not})"
    word = "pass" if finding.holds else "FAIL"
    return f"  {word}  {finding.sentence}  (measured {finding.number}, expected {finding.bounds})"
