"""What of the form somebody else has settled: what is seen but not changed, and what is not seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from compute.problems import Problem, ProblemError
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.config_problems import did_you_mean
from lab.field_spec import FieldSpec, LossSpec, SectionSpec
from lab.form_sections import form

WORDS = "Set by the lesson"


@dataclass(frozen=True)
class FormLimits:
    """Sections (``"data"``) and configuration paths (``"model.hidden"``) that a person cannot change.

    Attributes
    ----------
    locked
        What is shown and cannot be changed.
    hidden
        What is not shown; it cannot be changed either.
    lesson
        Key of the lesson that settles it, as `lab.lessons.shelf` has it.
    """

    locked: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    lesson: str = ""

    def shown(self, sections: Sequence[SectionSpec]) -> tuple[SectionSpec, ...]:
        """Return the form without what is hidden, and with what is locked at rest."""
        return tuple(self._section(section) for section in sections if section.key not in self.hidden)

    def refusal(self, before: ExperimentConfig, after: ExperimentConfig) -> Problem | None:
        """Return what is wrong with an edit that changes what is settled; ``None`` where it does not."""
        sections = form(before)
        # as edits leave it: losses have their numbers written out then
        old, new = (apply_changes(config, {}).model_dump() for config in (before, after))
        for path in (*self.locked, *self.hidden):
            for setting in _settings_of(path, sections):
                if _value(old, setting) != _value(new, setting):
                    label = _label(setting, sections)
                    return Problem(
                        f"{label} is set by the lesson",
                        "Open another experiment, or begin a new one, to change it.",
                        setting,
                    )
        return None

    def _section(self, section: SectionSpec) -> SectionSpec:
        whole = section.key in self.locked
        fields = self._fields(section.fields, whole)
        losses = tuple(
            self._loss(loss, whole) for loss in section.losses if f"losses.{loss.index}" not in self.hidden
        )
        added = whole or any(path.startswith("losses.") for path in (*self.locked, *self.hidden))
        return replace(
            section,
            fields=fields,
            losses=losses,
            addable=() if added else section.addable,
            locked=WORDS if whole else "",
        )

    def _loss(self, loss: LossSpec, whole: bool) -> LossSpec:
        place = f"losses.{loss.index}"
        whole = whole or place in self.locked
        touched = whole or any(path.startswith("losses.") for path in (*self.locked, *self.hidden))
        return replace(
            loss,
            fields=self._fields(loss.fields, whole),
            removable=loss.removable and not touched,
            locked=WORDS if touched else "",
        )

    def _fields(self, fields: Iterable[FieldSpec], whole: bool) -> tuple[FieldSpec, ...]:
        found = []
        for field in fields:
            if any(_covers(path, field.path) for path in self.hidden):
                continue
            own = any(_touches(path, field.path) for path in self.locked)
            if whole or own:
                note = " ".join(words for words in (field.note, "" if whole else f"{WORDS}.") if words)
                field = replace(field, enabled=False, note=note, help=f"{field.help}\n{WORDS}.".strip())
            found.append(field)
        return tuple(found)


def check_limits(
    limits: Mapping[str, Sequence[str]], experiments: Iterable[ExperimentConfig], where: str
) -> None:
    """See that every path leads to a section or a setting of one of these experiments.

    Parameters
    ----------
    limits
        Key of the file ("locked") → paths.
    experiments
        The experiments that are meant.
    where
        What they are of, in words: "this lesson".

    Raises
    ------
    ProblemError
        Naming the path that does not, and the nearest one that does.
    """
    known: dict[str, None] = {}
    for experiment in experiments:
        sections = form(experiment)
        known.update(dict.fromkeys(section.key for section in sections))
        known.update(dict.fromkeys(_paths(apply_changes(experiment, {}).model_dump())))
        known.update(dict.fromkeys(field.path for field in _all_fields(sections)))
    for key, paths in limits.items():
        for path in paths:
            if path in known:
                continue
            hint = did_you_mean(path, known) or (
                "A section (data, losses, model, optimizer, training, seeds) or a setting such as "
                "model.hidden is meant."
            )
            if not known:
                hint = "It has no experiments whose settings could be meant."
            raise ProblemError(Problem(f"{key} names {path[:40]}, which {where} has not", hint, key))


def _paths(value: Any, above: str = "") -> list[str]:
    """Return the paths of all tables and values in a dumped experiment."""
    rows = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in rows:
        path = f"{above}.{key}" if above else str(key)
        found.append(path)
        if isinstance(item, dict) or (isinstance(item, (list, tuple)) and path == "losses"):
            found += _paths(item, path)
    return found


def _all_fields(sections: Iterable[SectionSpec]) -> list[FieldSpec]:
    return [
        field
        for section in sections
        for field in (*section.fields, *(field for loss in section.losses for field in loss.fields))
    ]


def _settings_of(path: str, sections: Sequence[SectionSpec]) -> tuple[str, ...]:
    """Return what a path settles: itself, and of a section also the fields that stand in it."""
    own = [field.path for section in sections if section.key == path for field in section.fields]
    return (path, *own)


def _covers(path: str, field: str) -> bool:
    return field == path or field.startswith(f"{path}.")


def _touches(path: str, field: str) -> bool:
    """Return whether a field holds what a path names: it, a part of it, or all of it."""
    return _covers(path, field) or path.startswith(f"{field}.")


def _label(path: str, sections: Sequence[SectionSpec]) -> str:
    """Return what a setting is called in the form; its path where it has no field."""
    labels = {section.key: f"The section {section.title}" for section in sections}
    labels.update({f"losses.{loss.index}": loss.label for section in sections for loss in section.losses})
    labels.update({field.path: field.label for field in _all_fields(sections)})
    return labels.get(path, path)


def _value(table: Any, path: str) -> Any:
    """Return the value at a path of a dumped experiment, ``None`` where there is none."""
    for key in path.split("."):
        if isinstance(table, dict):
            table = table.get(key)
        elif isinstance(table, (list, tuple)) and key.isdigit() and int(key) < len(table):
            table = table[int(key)]
        else:
            return None
    return table
