"""What a report says, section by section, as HTML."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from lab.catalogue import form
from lab.config import ExperimentConfig
from lab.diagnosis import explain_divergence
from lab.exporting.file_names import file_name
from lab.exporting.html_text import escaped, facts, html_table, paragraph, section, tag
from lab.exporting.inline_svg import inline_svg
from lab.exporting.race_tables import race_tables
from lab.exporting.results_file import ResultSource
from lab.exporting.summary_table import summary_table
from lab.field_spec import FieldSpec
from lab.figure_look import Provenance
from lab.loss_labels import format_number, loss_labels
from lab.number_text import NO_BREAK, thousands, value_text
from lab.racing.results import Judgement, RaceResult
from lab.versions import versions


def head(config: ExperimentConfig) -> str:
    """Return the title and the question."""
    title = tag("h1", escaped(config.name))
    question = paragraph(config.question, class_="question") if config.question else ""
    return tag("header", title + question) + "\n"


def verdict_section(judgements: Sequence[Judgement]) -> str:
    """Return what a race was judged, each way with its headline and numbers."""
    blocks = [
        tag(
            "div",
            paragraph(judgement.headline, class_="headline") + paragraph(judgement.detail, class_="note"),
            class_="verdict",
        )
        for judgement in judgements
        if judgement.headline
    ]
    return section("verdict", "Verdict", blocks)


def summary_section(source: ResultSource) -> str:
    """Return the table of losses by shared metrics."""
    table = replace(summary_table(source), title="Every loss by the metrics that all share")
    return section("summary", "Results", [html_table(table)])


def race_section(race: RaceResult, judgements: Sequence[Judgement]) -> str:
    """Return a race's tables: finalists, comparisons, and the rates that were tried."""
    tables = race_tables(race, judgements)
    shown = [tables[name] for name in ("finalists", "comparisons", "rates") if name in tables]
    return section("results", "Results", [html_table(table) for table in shown])


def figure_section(figures: Iterable[tuple[str, bytes]]) -> str:
    """Return the figures, (title, SVG) each, beside each other where there is room."""
    made = [
        tag("figure", tag("div", inline_svg(content, f"f{number}-", title), class_="paper"))
        for number, (title, content) in enumerate(figures)
    ]
    return section("figures", "Figures", [tag("div", "\n".join(made), class_="figures")] if made else [])


def loss_section(source: ResultSource) -> str:
    """Return each loss with its exact formula, as it was trained, and where it comes from."""
    config = source.run_config
    losses = next(part for part in form(config, source.summary) if part.key == "losses")
    blocks = []
    for spec, label in zip(losses.losses, loss_labels(config), strict=True):
        settings = _settings(field for field in spec.fields if not field.path.endswith(".label"))
        reference = paragraph(f"Reference: {spec.reference}", class_="note") if spec.reference else ""
        formula = tag("div", formula_markup(spec.formula, spec.plain), class_="formula")
        blocks.append(tag("h3", escaped(label)) + formula + paragraph(spec.help) + settings + reference)
    return section("losses", "Losses", blocks)


def formula_markup(latex: str, plain: str) -> str:
    """Return a formula as MathML, which browsers draw themselves; as plain text where that fails."""
    from latex2mathml.converter import convert

    try:
        return convert(latex, display="block")
    except Exception:  # a person's own formula may use a command that the converter does not know
        return tag("code", escaped(plain or latex))


def setting_section(source: ResultSource) -> str:
    """Return the settings but the losses, as the form of the program names them."""
    blocks = []
    for part in form(source.run_config, source.summary):
        if part.key != "losses":
            blocks.append(tag("h3", escaped(part.title)) + _settings(part.fields))
    return section("settings", "Settings", blocks)


def _settings(fields: Iterable[FieldSpec]) -> str:
    """Return settings by their names; the TOML has those, too, that are rarely changed and were not."""
    return facts((field.label, field_text(field)) for field in fields if not field.advanced)


def field_text(field: FieldSpec) -> str:
    """Return the value of a setting as a person reads it."""
    value: Any = field.value
    if value is None:
        return field.empty_text or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.kind == "choice":
        return next((label for key, label, _help in field.choices if key == value), str(value))
    if isinstance(value, (tuple, list)):
        words = " · ".join(_number(item, field.percent) for item in value)
    else:
        words = _number(value, field.percent)
    return f"{words or field.empty_text} {field.unit}".strip()


def _number(value: Any, percent: bool) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if percent:
        return f"{format_number(100 * value)}{NO_BREAK}%"
    return thousands(value) if isinstance(value, int) else format_number(value)


def data_section(source: ResultSource) -> str:
    """Return what the data were: sizes, parts, and what was done to them."""
    data = source.summary
    if data is None:
        return ""
    sizes = (
        ("Samples", thousands(data.samples)), ("Features", thousands(data.features)),
        ("Classes" if data.task == "classification" else "Targets", thousands(data.outputs)),
        ("Training part", thousands(data.train)), ("Validation part", thousands(data.validation)),
        ("Test part", thousands(data.test)),
        ("Corrupted samples", thousands(data.corrupted_count) if data.corrupted_count else ""),
        ("Preprocessing", data.preprocessing),
    )  # fmt: skip
    notes = tag("ul", "".join(tag("li", escaped(note)) for note in data.notes)) if data.notes else ""
    return section("data", "Data", [facts(sizes), notes])


def run_section(source: ResultSource) -> str:
    """Return how it went: state, time, device, seeds, what was changed by hand, and what diverged."""
    device, config = source.device, source.run_config
    seeds = config.seeds.values
    shown = f"{seeds[0]} to {seeds[-1]}" if len(seeds) > 1 else str(seeds[0])
    pairs = [
        ("State", source.state.capitalize()),
        ("Updates", f"{thousands(source.step)} of {thousands(source.planned_steps)}"),
        ("Training time", f"{value_text(source.seconds)} s"),
        ("Device", "" if device is None else device.label),
        ("Seeds", f"{shown}, paired: each starts all losses alike"),
    ]
    blocks = [facts(pairs)]
    if source.interventions:
        changes = "".join(tag("li", escaped(sentence)) for sentence in source.interventions)
        blocks.append(tag("h3", "Changed by hand while it ran") + tag("ul", changes))
    losses = sorted({run.info.loss_index for run in source.runs if run.status == "diverged"})
    problems = [problem for index in losses if (problem := explain_divergence(source, index)) is not None]
    if problems:
        blocks.append(tag("h3", "Diverged"))
        blocks += [paragraph(str(problem)) for problem in problems]
    return section("run", "Run", blocks)


def rerun_section(source: ResultSource, made_by: Provenance, title: str, command: str = "run") -> str:
    """Return how to run it again: the commands, and the experiment to take away.

    ``title`` names the experiment; ``command`` is that of the program which trains it: "run", or "race".
    """
    name = f"{file_name(title)}.toml"
    packed = base64.b64encode(made_by.config.encode()).decode()
    link = tag("a", escaped(name), download=name, href=f"data:application/toml;base64,{packed}")
    blocks = [
        tag("p", f"Save {link} and run it:", class_="screen"),
        tag("pre", escaped(f"losslab {command} {name}")),
        paragraph("This report was made by:"),
        tag("pre", escaped(made_by.command)),
        tag(
            "details",
            tag("summary", "The experiment as TOML") + tag("pre", escaped(made_by.config)),
            open="open",
        ),
    ]
    installed = getattr(source, "versions", None) or versions()
    blocks += [tag("h3", "Versions"), facts(sorted(installed.items()))]
    return section("rerun", "Run it again", blocks)
