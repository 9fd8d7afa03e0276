"""The documentation page of each loss and their index, as Markdown: everything from the catalogue's data."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from urllib.parse import quote

import tomlkit

from compute.links import LINKS
from compute.losses import LOSS_TYPES, LOSSES
from compute.losses.base import LossCard
from compute.losses.zero_one import NOT_TRAINABLE
from docs.loss_pictures import CLASSES, card_of, drawing
from lab.explore.axes import AXES, many_outputs
from lab.explore.choice import SIBLINGS
from lab.loss_cards import rows, why_not_trainable
from lab.loss_labels import format_number

GROUPS = ("Numbers", "Two classes, or one output for each class", "Classes", "Measured, not trained on")

_TASKS = {"regression": "numbers", "binary": "two classes", "multiclass": "more than two classes"}
_DATA = {"regression": "diabetes", "binary": "breast_cancer", "multiclass": "iris"}
_MADE = "<!-- Made by docs/make_loss_pages.py from the catalogue. Edit the loss, not this page. -->"


def names() -> tuple[str, ...]:
    """Return the registry names of all losses that have a page, in catalogue order."""
    return (*LOSSES, *NOT_TRAINABLE)


def group_of(card: LossCard) -> str:
    """Return the part of the index that a loss is in."""
    if card.name in NOT_TRAINABLE:
        return GROUPS[3]
    if "regression" in card.tasks:
        return GROUPS[0]
    return GROUPS[2] if many_outputs(card) else GROUPS[1]


def index() -> str:
    """Return the table of all losses."""
    lines = [
        _MADE,
        "",
        "# The losses",
        "",
        f"All {len(LOSSES)} losses of the catalogue; convex and bounded are meant in the outputs of the "
        "model. `losslab list losses` prints them on the terminal and `losslab show loss NAME` one of them. "
        "How sums, means and factors are counted is in [Conventions](../conventions.md). A loss that is not "
        "here can be [typed as a formula](../guide/your-own-loss.md).",
    ]
    for group in GROUPS:
        lines += ["", f"## {group}", "", "| loss | link | convex | gradient | likelihood | best constant |"]
        lines.append("|---|---|---|---|---|---|")
        for card in (card_of(name) for name in names()):
            if group_of(card) == group:
                cells = (
                    f"[{card.label}]({card.name}.md)",
                    LINKS[card.link].label,
                    _yes(card.convex_in_outputs),
                    "bounded" if card.bounded_gradient else "unbounded",
                    card.likelihood,
                    card.minimiser,
                )
                lines.append("| " + " | ".join(_cell(cell) for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def page(name: str) -> str:
    """Return the page of a loss.

    Parameters
    ----------
    name
        Registry name, of a loss of the catalogue or of one that is only measured.
    """
    card = card_of(name)
    why = why_not_trainable(name)
    parts = [
        _MADE,
        f"# {card.label}",
        _text(card.help),
        *([f"**{_text(why)}**"] if why else []),
        f"![{card.label}: value and gradient]({name}.svg)",
        _caption(name),
        "## Formula",
        f"$$\n{card.formula}\n$$",
        "Gradient with respect to the outputs of the model:",
        f"$$\n{card.gradient}\n$$",
        *_special(card),
        _link(card),
        "## Properties",
        _properties(card),
        *_relations(name),
        *_parameters(card),
        *([] if why else _use(card)),
        *_elsewhere(card),
        *_references(card),
        *_see_also(name),
    ]
    return "\n\n".join(parts) + "\n"


def snippet(card: LossCard) -> str:
    """Return the text of an experiment that trains with a loss: data that it fits, and all its parameters."""
    task = (
        "regression" if "regression" in card.tasks else "multiclass" if many_outputs(card) else card.tasks[0]
    )
    document = tomlkit.document()
    data = tomlkit.table()
    data.add("name", _DATA[task])
    if card.target_low is not None:
        preprocessing = tomlkit.table()
        preprocessing.add("targets", "none")
        preprocessing["targets"].comment(f"the loss needs {card.target_domain}")
        data.add("preprocessing", preprocessing)
    document.add("data", data)
    losses = tomlkit.aot()
    table = tomlkit.table()
    table.add("name", card.name)
    for parameter in card.parameters:
        default = parameter.default
        table.add(parameter.name, list(default) if isinstance(default, tuple) else default)
        table[parameter.name].comment(parameter.allowed())
    losses.append(table)
    document.add("losses", losses)
    if not card.bounded_gradient:
        training = tomlkit.table()
        training.add("clip", 1.0)
        training["clip"].comment("the gradient of this loss has no bound of its own")
        document.add("training", training)
    return tomlkit.dumps(document).strip()


def neighbours(name: str) -> tuple[str, ...]:
    """Return the losses that are akin: one names the other, they share a file, or only the link differs."""
    if name in NOT_TRAINABLE:
        reason = NOT_TRAINABLE[name][1].lower()
        return tuple(other for other in LOSSES if re.search(rf"\b{LOSSES[other].label.lower()}\b", reason))
    found = {
        other
        for other, kind in LOSS_TYPES.items()
        if other in _named(name) or name in _named(other) or kind.__module__ == LOSS_TYPES[name].__module__
    }
    found |= {other for family in SIBLINGS if name in family.values() for other in family.values()}
    found |= {other for other in NOT_TRAINABLE if name in neighbours(other)}
    return tuple(other for other in names() if other in found and other != name)


def _caption(name: str) -> str:
    shown, card = drawing(name), card_of(name)
    sign, words = AXES[shown.axis]
    others = f"; the other {CLASSES - 1} of {CLASSES} classes are alike" if many_outputs(card) else ""
    sentence = (
        f"Value above, gradient ∂L/∂z of the same output below; {sign} is the {words}. "
        f"Target {format_number(shown.target)}{others}."
    )
    if len(shown.curves) > 1:
        labels = [label for label, _, _ in shown.curves]
        sentence += f" Drawn for {', '.join(labels[:-1])} and {labels[-1]}{shown.meaning}."
    return f"*{_text(sentence)}*"


def _special(card: LossCard) -> Iterable[str]:
    if card.special_formula:
        values = ", ".join(
            f"`{key} = {list(value) if isinstance(value, tuple) else format_number(value)}`"
            for key, value in card.special_values.items()
        )
        yield f"With {values} that is"
        yield f"$$\n{card.special_formula}\n$$"


def _link(card: LossCard) -> str:
    link = LINKS[card.link]
    return (
        f"Prediction: **{link.label}**. {_text(link.declaration.help)}\n\n$$\n{link.declaration.formula}\n$$"
    )


def _properties(card: LossCard) -> str:
    outputs = (
        "two for each target, the location and the log scale"
        if card.outputs_per_target == 2
        else "one for each class"
        if many_outputs(card)
        else "one for each target; two classes are one target"
        if "binary" in card.tasks
        else "one for each target"
    )
    facts = (
        ("for", ", ".join(_TASKS[task] for task in card.tasks)),
        ("targets", card.target_domain),
        ("outputs", outputs),
        ("likelihood", card.likelihood),
        ("best constant", card.minimiser),
        ("convexity", "convex in the outputs" if card.convex_in_outputs else "not convex in the outputs"),
        ("gradient", "bounded" if card.bounded_gradient else "not bounded"),
        ("value", "bounded" if card.bounded_value else "not bounded"),
    )
    return "\n".join(
        ["| | |", "|---|---|", *(f"| {title} | {_cell(text)} |" for title, text in facts if text)]
    )


def _relations(name: str) -> Iterable[str]:
    """Return what the loss's own documentation says of its domain, relations and stable form."""
    if name not in LOSS_TYPES:
        return
    for paragraph in (inspect.getdoc(LOSS_TYPES[name]) or "").split("\n\n"):
        if "Domain: " in paragraph and not paragraph.startswith(".. math"):
            yield _linked(" ".join(paragraph.split()))
    for title, text in rows(LOSSES[name]):
        if title == "Stable form":
            yield f"Computed stably: {_text(text)}"


def _parameters(card: LossCard) -> Iterable[str]:
    if not card.parameters:
        return
    yield "## Parameters"
    table = ["| key | name | default | allowed | what it does |", "|---|---|---|---|---|"]
    for parameter in card.parameters:
        default = tomlkit.item(
            list(parameter.default) if isinstance(parameter.default, tuple) else parameter.default
        ).as_string()
        words = parameter.help.rstrip(".") + (f" ({parameter.unit})" if parameter.unit else "")
        cells = (parameter.label, f"`{default}`", parameter.allowed(), words)
        table.append(f"| `{parameter.name}` | " + " | ".join(_cell(cell) for cell in cells) + " |")
    yield "\n".join(table)


def _use(card: LossCard) -> Iterable[str]:
    yield "## In an experiment file"
    yield f"```toml\n{snippet(card)}\n```"
    yield (
        "Everything else has its default; see [the experiment file](../guide/experiment-file.md). "
        f"`losslab show loss {card.name}` prints this page on the terminal."
    )


def _elsewhere(card: LossCard) -> Iterable[str]:
    if card.scaling:
        yield "## Elsewhere"
        yield "\n".join(f"- **{library}**: {_text(sentence)}" for library, sentence in card.scaling.items())


def _references(card: LossCard) -> Iterable[str]:
    """Return the full references of the loss's documentation, else the card's."""
    document = inspect.getdoc(LOSS_TYPES[card.name]) or "" if card.name in LOSS_TYPES else ""
    section = re.search(r"^References\n-+\n(.*?)(?=\n\n\S[^\n]*\n-{3,}\n|\Z)", document, re.S | re.M)
    found = re.split(r"^\.\. \[\d+\] ", section[1], flags=re.M)[1:] if section else []
    entries = [_reference(" ".join(entry.split())) for entry in found] or [_reference(card.reference)]
    if any(entries):
        yield "## References"
        yield "\n".join(f"{number}. {entry}" for number, entry in enumerate(entries, 1))


def _see_also(name: str) -> Iterable[str]:
    yield "## See also"
    links = [f"[{card_of(other).label}]({other}.md)" for other in neighbours(name)]
    yield " · ".join([*links, "[all losses](README.md)"])


def _named(name: str) -> set[str]:
    """Return the losses that a loss's documentation names."""
    kinds = {kind.__name__: other for other, kind in LOSS_TYPES.items()}
    words = re.findall(r"`(\w+)`", inspect.getdoc(LOSS_TYPES[name]) or "")
    return {kinds[word] for word in words if word in kinds}


def _linked(text: str) -> str:
    """Return text with the losses that it names as links to their pages."""
    kinds = {kind.__name__: other for other, kind in LOSS_TYPES.items()}
    pieces = re.split(r"`([^`]+)`", text)
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            pieces[place] = _text(piece)
        else:
            other = kinds.get(piece)
            pieces[place] = f"`{piece}`" if other is None else f"[{LOSSES[other].label}]({other}.md)"
    return "".join(pieces)


def _reference(text: str) -> str:
    """Return a reference with its DOI or arXiv number as a link."""
    found = re.search(r"(doi:|arXiv:)(\S*[^\s.,])", text)
    if found is None:
        return _text(text)
    place = "https://doi.org/" if found[1] == "doi:" else "https://arxiv.org/abs/"
    link = f"[{_text(found[0])}]({place}{quote(found[2], safe='/:;.-_')})"
    return _text(text[: found.start()]) + link + _text(text[found.end() :])


def _text(text: str) -> str:
    """Return plain words as Markdown: nothing in them is a mark."""
    text = re.sub(r"([\\`*\[\]])", r"\\\1", text)
    text = re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\\_", text)
    return text.replace("<", "&lt;").replace("$", "\\$")


def _cell(text: str) -> str:
    """Return a table's cell; links and code stay what they are."""
    marked = text.startswith(("[", "`"))
    return (text if marked else _text(text)).replace("|", "\\|")


def _yes(answer: bool) -> str:
    return "yes" if answer else "no"
