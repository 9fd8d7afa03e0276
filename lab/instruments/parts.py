"""Which part of the data predictions are judged on, and the samples that evaluations measure of it."""

from __future__ import annotations

from compute.evaluation import evaluated_rows
from lab.chart import ChartChoice
from lab.instruments.book import Book
from lab.instruments.frozen import PartName, Samples
from lab.instruments.instrument import Question
from lab.number_text import thousands
from lab.view_options import PanelSource, ViewOptions

PARTS: dict[str, PartName] = {"validation": "validation", "training": "train", "test": "test"}
"""What the choice "part" can be → the part's name; the keys are also how the parts are called on screen."""


def parts_there(source: PanelSource) -> tuple[str, ...]:
    """Return the parts that can be judged: test only where the experiment measures it."""
    summary = source.summary
    found = ["validation"] if summary is None or summary.validation else []
    found.append("training")
    if source.run_config.training.evaluate_test and (summary is None or summary.test):
        found.append("test")
    return tuple(found)


def part_chosen(source: PanelSource, options: ViewOptions) -> str:
    """Return the part that was chosen in the card, by default validation, or training where there is none."""
    there = parts_there(source)
    chosen = options.choice("part", there[0])
    return chosen if chosen in there else there[0]


def part_choice(source: PanelSource, options: ViewOptions) -> ChartChoice:
    """Return the choice of the part for a card's head."""
    there = parts_there(source)
    return ChartChoice("part", "Part", tuple((part, part) for part in there), part_chosen(source, options))


def part_asked(question: Question, book: Book) -> str:
    """Return the part that a question is about; training where the data turn out to have no such samples."""
    part = question.choice("part", "validation")
    return part if len(book.run(question.runs[0]).samples(PARTS[part]).inputs) else "training"


def judged_samples(book: Book, index: int, part: str) -> Samples:
    """Return the samples of a part that evaluations measure a run on, so that scores agree with curves."""
    run = book.run(index)
    found = run.samples(PARTS[part])
    return found.some(evaluated_rows(len(found.inputs), run.plan.evaluate_rows))


def samples_words(part: str, count: int) -> str:
    """Return "360 validation samples", as subtitles say it."""
    return f"{thousands(count)} {part} {'sample' if count == 1 else 'samples'}"
