"""The sections Data and Losses of an experiment's form."""

from __future__ import annotations

from dataclasses import replace

from compute.datasets import DATASETS
from compute.losses import LOSSES
from compute.losses.base import LossCard
from lab.config import ExperimentConfig, LossConfig
from lab.custom_formula import ADDABLE, NAME
from lab.field_spec import FieldSpec, LossSpec, SectionSpec
from lab.form_custom import custom_fields
from lab.form_fields import fixed_field, own_fields, registry_choices
from lab.loss_labels import format_number, loss_labels, series_numbers, short_loss_labels
from lab.messages import DataSummary

_NOISE_KINDS = (
    ("uniform", "Any other class", "A wrong label is any other class with equal probability."),
    ("pair_flip", "The next class", "A wrong label is always the class after the true one."),
)
_OUTLIER_KINDS = (
    ("random", "Random samples", "Any training sample may be moved."),
    ("leverage", "Largest first feature", "Samples at the right end are moved: they pull a line the most."),
)
_INPUTS = (
    ("standardize", "Standardise", "Mean 0 and deviation 1 for each feature, fitted on the training part."),
    ("unit", "Divide by the largest", "Everything divided by one number, the largest magnitude."),
    ("none", "As they are", "Inputs are not changed."),
)
_TARGETS = (
    ("standardize", "Standardise", "Mean 0 and deviation 1; metrics are then in these units."),
    ("none", "As they are", "Targets are not changed."),
)


def task_of(config: ExperimentConfig, summary: DataSummary | None) -> str:
    """Return ``"classification"``, ``"regression"``, or empty where that is not known before loading."""
    if summary is not None:
        return summary.task
    task = DATASETS[config.data.name].task
    chosen = config.data.parameters.get("task", task)
    return "" if chosen == "auto" else str(chosen)


def data_section(config: ExperimentConfig, summary: DataSummary | None) -> SectionSpec:
    """Describe the section Data: data set, its parameters, split, corruption, preprocessing, seed."""
    data, task = config.data, task_of(config, summary)
    note = _notes(summary)
    fields: list[FieldSpec] = [
        fixed_field(
            data, "data.name", "Dataset", kind="choice", choices=registry_choices(DATASETS),
            help=data.declaration.help or "What the model learns from.", allowed="one of the known data sets",
        ),
        *(
            replace(field, note=note) if field.path == "data.path" else field
            for field in own_fields(data, "data")
        ),
    ]  # fmt: skip
    if data.split.by_run or not data.parameters.get("parts"):  # else the points say it themselves
        fields += _split(config)
    fields += _corruption(config, task)
    fields.append(
        fixed_field(
            data.preprocessing, "data.preprocessing.inputs", "Inputs", choices=_INPUTS,
            help="What is done to the inputs before training; fitted on the training part only.",
        )
    )  # fmt: skip
    if task != "classification":
        fields.append(
            fixed_field(
                data.preprocessing, "data.preprocessing.targets", "Targets", choices=_TARGETS,
                help="What is done to the numbers to predict; fitted on the training part only.",
            )
        )  # fmt: skip
    fields.append(fixed_field(data, "data.seed", "Data seed", advanced=data.seed == 0))
    return SectionSpec("data", "Data", _data_summary(config, summary), tuple(fields))


def _split(config: ExperimentConfig) -> list[FieldSpec]:
    data = config.data
    return [
        FieldSpec(
            "data.split", "Split", "split", (data.split.train, data.split.validation, data.split.test),
            (0.7, 0.15, 0.15), 0.0, 1.0, percent=True, allowed="three shares that add up to 1",
            help="Shares of samples to train on, to measure on while training, and to keep for the end.",
        ),
        fixed_field(
            data.split, "data.split.by_run", "Own split for each seed", advanced=not data.split.by_run,
        ),
    ]  # fmt: skip


def _notes(summary: DataSummary | None) -> str:
    """Return as one sentence what was decided when the data were read."""
    words = "; ".join(summary.notes) if summary is not None else ""
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _corruption(config: ExperimentConfig, task: str) -> list[FieldSpec]:
    data = config.data
    noise, outliers, balance = data.label_noise, data.outliers, data.imbalance
    fields: list[FieldSpec] = []
    if task == "classification" or noise.share > 0:
        fields.append(
            fixed_field(
                noise, "data.label_noise.share", "Label noise", percent=True, slider="linear",
                slider_low=0.0, slider_high=1.0, help="Share of training labels that are flipped on purpose. "
                "The truth is kept: validation and test stay clean.",
            )
        )  # fmt: skip
        if noise.share > 0:
            fields.append(fixed_field(noise, "data.label_noise.kind", "Flipped to", choices=_NOISE_KINDS))
    if task == "classification" or balance.ratio < 1:
        fields.append(
            fixed_field(
                balance, "data.imbalance.ratio", "Class balance", percent=True, slider="log",
                slider_low=0.01, slider_high=1.0, advanced=balance.ratio == 1,
                help="Size of the last class relative to the first; classes between follow geometrically.",
            )
        )  # fmt: skip
    if task == "regression" or outliers.share > 0:
        fields.append(
            fixed_field(
                outliers, "data.outliers.share", "Outliers", percent=True, slider="linear",
                slider_low=0.0, slider_high=1.0, help="Share of training targets that are moved on purpose. "
                "Validation and test stay clean.",
            )
        )  # fmt: skip
        if outliers.share > 0:
            fields.append(fixed_field(outliers, "data.outliers.kind", "Moved are", choices=_OUTLIER_KINDS))
            fields.append(
                fixed_field(
                    outliers, "data.outliers.shift", "Moved by", unit="units",
                    help="Added to the target of an outlier, in the units of the target.",
                )
            )  # fmt: skip
    return fields


def count_words(number: int) -> str:
    """Write a count with thin spaces between thousands."""
    return f"{number:,}".replace(",", "\u2009")


def _data_summary(config: ExperimentConfig, summary: DataSummary | None) -> str:
    if summary is None:
        return config.data.declaration.label
    size = f"{count_words(summary.samples)} × {count_words(summary.features)}"
    if summary.task == "classification":
        return f"{size}, {summary.outputs} classes"
    return f"{size}, {'1 target' if summary.outputs == 1 else f'{summary.outputs} targets'}"


def fits(card: LossCard, task: str, classes: int) -> bool:
    """Whether a loss is defined for a task; an empty task or 0 ``classes`` are not known yet."""
    tasks = card.tasks
    if not task:
        return True
    if task == "regression":
        return "regression" in tasks
    if classes == 0:
        return "binary" in tasks or "multiclass" in tasks
    return ("binary" if classes == 2 else "multiclass") in tasks


def losses_section(config: ExperimentConfig, summary: DataSummary | None) -> SectionSpec:
    """Describe the section Losses: one chip a loss, and what can be added."""
    task = task_of(config, summary)
    classes = summary.outputs if summary is not None and task == "classification" else 0
    labels, shorts, series = loss_labels(config), short_loss_labels(config), series_numbers(config)
    chips: list[LossSpec] = []
    for index, loss in enumerate(config.losses):
        card = loss.card
        formula = scaled_formula(card.formula_at(loss.parameters), loss.scale)
        note = ""
        if not fits(card, task, classes):
            kind = "numbers" if task == "regression" else f"{classes} classes" if classes else "classes"
            note = f"Not defined for {kind}"
        chips.append(
            LossSpec(
                index, loss.name, labels[index], shorts[index], formula,
                scaled_formula(card.gradient, loss.scale), scaled_plain(card.plain, loss.scale),
                series[index],
                _loss_fields(loss, index), note, card.help, card.reference, len(config.losses) > 1,
                brief_formula(formula),
            )
        )  # fmt: skip
    addable = tuple(
        (name, card.label, card.help) for name, card in LOSSES.items() if fits(card, task, classes)
    )
    return SectionSpec(
        "losses", "Losses", ", ".join(shorts), losses=tuple(chips), addable=(*addable, ADDABLE)
    )


def _loss_fields(loss: LossConfig, index: int) -> tuple[FieldSpec, ...]:
    path = f"losses.{index}"
    return (
        *(custom_fields(loss.parameters, path) if loss.name == NAME else own_fields(loss, path)),
        fixed_field(
            loss, f"{path}.scale", "Factor", advanced=loss.scale == 1,
            help="Factor in front of the loss: ½ for half the squared error, 1/K for a mean over classes. "
            "With plain gradient descent it acts like a factor on the learning rate.",
        ),
        fixed_field(
            loss, f"{path}.learning_rate", "Own rate", advanced=loss.learning_rate is None,
            empty_text="as the optimiser", slider="log", slider_low=1e-4, slider_high=10.0,
            help="A learning rate for this loss alone.",
        ),
        fixed_field(
            loss, f"{path}.label", "Name", advanced=not loss.label, empty_text="from the catalogue",
            help="Own name in legends and files.", allowed="at most 60 characters",
        ),
    )  # fmt: skip


def scaled_formula(formula: str, scale: float) -> str:
    r"""Put a factor into a LaTeX formula "left = right, \quad where ...", so that no factor is hidden.

    Examples
    --------
    >>> print(scaled_formula(r"L = \sum_k (z_k - y_k)^2", 0.5))
    L = 0.5 \, \sum_k (z_k - y_k)^2
    >>> print(scaled_formula(r"g = p_k - y_k, \quad p = s(z)", 0.1))
    g = 0.1 \, \Big( p_k - y_k \Big), \quad p = s(z)
    """
    if scale == 1 or not formula:
        return formula
    number = f"{scale:.4g}"
    if "e" in number:
        mantissa, exponent = number.split("e")
        number = rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
    left, equals, rest = formula.rpartition("=") if "=" not in formula else formula.partition("=")
    right, comma, where = rest.strip().partition(r", \quad")
    if right.startswith(r"\sum"):
        scaled = rf"{number} \, {right}"
    elif right.startswith(r"-\sum"):
        scaled = rf"-{number} \, {right[1:]}"
    else:
        scaled = rf"{number} \, \Big( {right} \Big)"
    return f"{left}{equals} {scaled}".strip() + comma + where


def brief_formula(formula: str) -> str:
    r"""Return what a chip has room for: the right side without the explanations.

    Examples
    --------
    >>> print(brief_formula(r"L = \sum_k (p_k - y_k)^2, \quad p_k = s(z_k)"))
    \sum_k (p_k - y_k)^2
    """
    return formula.partition(r", \quad")[0].removeprefix("L =").strip()


def scaled_plain(formula: str, scale: float) -> str:
    """Put a factor into a formula in plain text.

    Examples
    --------
    >>> scaled_plain("L = −Σₖ yₖ ln pₖ", 0.5)
    'L = −0.5 Σₖ yₖ ln pₖ'
    """
    if scale == 1 or not formula:
        return formula
    number = format_number(scale)
    for start, scaled in (("L = Σ", f"L = {number} Σ"), ("L = −Σ", f"L = −{number} Σ")):
        if formula.startswith(start):
            return scaled + formula[len(start) :]
    return f"{number} × [{formula}]"
