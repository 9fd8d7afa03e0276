"""What a branch of a training is to change, as it is put together by hand before it begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from compute.losses import LOSSES
from lab.branching import settings_before
from lab.config import ExperimentConfig
from lab.config_changes import apply_changes
from lab.custom_formula import NAME
from lab.field_spec import FieldSpec
from lab.form_fields import Choices
from lab.form_sections import form, outputs_of
from lab.messages import DataSummary
from lab.number_text import thousands

MOST_LOSSES = 6
"""Losses that can be exchanged here; more are exchanged in the form."""
OFFERED = (
    "optimizer.name", "optimizer.learning_rate", "training.batch_size", "data.label_noise.share",
    "data.outliers.share", "training.l2",
)  # fmt: skip
"""Settings that can be changed here, beside the losses."""
_PARTS = {
    "data": "data", "losses": "losses", "model": "model", "optimizer": "optimiser", "training": "training",
    "seeds": "seeds",
}  # fmt: skip
"""Parts of an experiment that can be edited → how they are called."""


@dataclass(frozen=True)
class BranchDraft:
    """A branch being put together.

    Attributes
    ----------
    base
        The experiment as it was up to the step.
    step
        Updates that are done as before.
    edits
        (path, value) of what was changed here, the last one of a path.
    edited
        The experiment as edited in the form, where that differs.
    as_edited
        Go on with ``edited`` instead of ``edits``.
    """

    base: ExperimentConfig
    step: int
    edits: tuple[tuple[str, Any], ...] = ()
    edited: ExperimentConfig | None = None
    as_edited: bool = False

    @property
    def config(self) -> ExperimentConfig:
        """The settings after the step, but for the branch itself."""
        return apply_changes(self.base, dict(self.edits))

    @property
    def changes(self) -> dict[str, Any]:
        """What is changed, as `lab.config_changes.apply_changes` takes it; empty where nothing is."""
        if self.as_edited and self.edited is not None:
            return form_changes(self.base, self.edited)
        return dict(self.edits)

    def with_edit(self, path: str, value: Any, summary: DataSummary | None) -> BranchDraft:
        """Return the draft with one setting changed; one that is as it was before is no change.

        Raises
        ------
        ProblemError
            Where the value is not allowed.
        """
        before = {field.path: field.value for field in branch_fields(self.base, summary)}
        edits = {key: kept for key, kept in self.edits if key != path}
        if path not in before or before[path] != value:
            edits[path] = value
        made = replace(self, edits=tuple(edits.items()))
        apply_changes(self.base, edits)
        return made

    def fields(self, summary: DataSummary | None) -> tuple[FieldSpec, ...]:
        """Return the settings that can be changed here, as they are now."""
        return branch_fields(self.config, summary)

    def sentence(self, planned: int) -> str:
        """Say what will happen; ``planned`` is the last step of the training."""
        if self.step == 0:
            return f"Trains from the start to step {thousands(planned)} with what is changed."
        return (
            f"Trains the same again up to step {thousands(self.step)}, then goes on to step "
            f"{thousands(planned)} with what is changed."
        )

    @property
    def form_words(self) -> str:
        """In which parts the experiment in the form differs: "losses and optimiser"; empty where in none."""
        if self.edited is None:
            return ""
        parts = [_PARTS[part] for part in form_changes(self.base, self.edited)]
        return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1] if parts else ""


def settings_at(config: ExperimentConfig, step: int) -> ExperimentConfig:
    """Return the settings that hold at a step of an experiment that may branch off; itself it does not."""
    while config.branch is not None and step < config.branch.step:
        config = settings_before(config)
    return config.model_copy(update={"branch": None})


def form_changes(before: ExperimentConfig, after: ExperimentConfig) -> dict[str, Any]:
    """Return the parts of an experiment, whole, that another one has differently."""
    old, new = before.model_dump(include=set(_PARTS)), after.model_dump(include=set(_PARTS))
    return {part: new[part] for part in _PARTS if old[part] != new[part]}


def _alike(known: Choices, name: str, summary: DataSummary) -> Choices:
    """Return the losses that need a model with as many outputs as one of them: runs keep their parameters."""
    wanted = outputs_of(LOSSES[name], summary)
    return tuple(choice for choice in known if outputs_of(LOSSES[choice[0]], summary) == wanted)


def branch_fields(config: ExperimentConfig, summary: DataSummary | None) -> tuple[FieldSpec, ...]:
    """Return the settings that a branch offers to change: each loss, and what is changed most."""
    sections = form(config, summary)
    found: Mapping[str, FieldSpec] = {field.path: field for part in sections for field in part.fields}
    losses = next(part for part in sections if part.key == "losses")
    known = tuple(choice for choice in losses.addable if choice[0] != NAME)
    fields = []
    for loss in losses.losses[:MOST_LOSSES]:
        fitting = known if summary is None else _alike(known, loss.name, summary)
        own = () if any(name == loss.name for name, _, _ in fitting) else ((loss.name, loss.label, ""),)
        label = f"Loss {loss.index + 1}" if len(losses.losses) > 1 else "Loss"
        fields.append(
            FieldSpec(
                f"losses.{loss.index}.name", label, "choice", loss.name, choices=(*own, *fitting),
                help="What these runs minimise from the step on.", allowed="one of the known losses",
            )
        )  # fmt: skip
        rate = next((field for field in loss.fields if field.path.endswith(".learning_rate")), None)
        if rate is not None and rate.value is not None:
            fields.append(replace(rate, label="Own rate", advanced=False))
    fields += [replace(found[path], advanced=False) for path in OFFERED if path in found]
    return tuple(fields)
