"""The form of an experiment, with only the fields that apply: Model to Seeds, and the whole."""

from __future__ import annotations

from compute.losses import output_count
from compute.losses.base import LossCard
from compute.models import ACTIVATIONS, INITIALIZERS, MODELS
from compute.optimizers import OPTIMIZERS, SCHEDULES
from lab.config import ExperimentConfig, PlateauConfig, TargetConfig
from lab.field_spec import FieldSpec, SectionSpec
from lab.form_data import count_words, data_section, losses_section, task_of
from lab.form_fields import fixed_field, own_fields, registry_choices
from lab.loss_labels import format_number
from lab.messages import DataSummary
from lab.metric_catalogue import METRICS, stop_metrics

_PRECISIONS = (
    ("float32", "Single (float32)", "About 7 digits; fast."),
    ("float64", "Double (float64)", "About 16 digits; for curves that are compared to the last digit."),
)


def form(config: ExperimentConfig, summary: DataSummary | None = None) -> tuple[SectionSpec, ...]:
    """Describe the form of an experiment: Data, Losses, Model, Optimiser, Training, Seeds.

    Parameters
    ----------
    config
        The experiment.
    summary
        What is known of its data, once prepared. Without it, or where it belongs to another data set, the
        task is that of the data set's declaration.
    """
    if summary is not None and summary.name != config.data.name:
        summary = None
    return (
        data_section(config, summary),
        losses_section(config, summary),
        _model(config, summary),
        _optimizer(config, summary),
        _training(config, summary),
        _seeds(config),
    )


def _model(config: ExperimentConfig, summary: DataSummary | None) -> SectionSpec:
    model = config.model
    fields = [
        fixed_field(
            model, "model.name", "Model", choices=registry_choices(MODELS), help=MODELS[model.name].help
        )
    ]
    deep = model.name == "mlp"
    if deep:
        fields.append(
            fixed_field(
                model, "model.hidden", "Hidden units", kind="integers", default=(32,),
                help="Units of each hidden layer, from the inputs on, for example 32, 32.",
                allowed="up to 16 whole numbers from 1 to 4096",
            )
        )  # fmt: skip
        if model.hidden:
            fields.append(
                fixed_field(
                    model, "model.activation", "Activation", kind="choice",
                    choices=registry_choices(ACTIVATIONS), help=ACTIVATIONS[model.activation].help,
                    allowed="one of the known activations",
                )
            )  # fmt: skip
    initializer = model.initializer
    fields.append(
        fixed_field(
            initializer, "model.initializer.name", "Initial weights", kind="choice", default="glorot",
            choices=registry_choices(INITIALIZERS), help=initializer.declaration.help,
            allowed="one of the known initialisers",
        )
    )  # fmt: skip
    fields += own_fields(initializer, "model.initializer")
    return SectionSpec("model", "Model", _model_summary(config, summary), tuple(fields))


def _model_summary(config: ExperimentConfig, summary: DataSummary | None) -> str:
    model = config.model
    hidden = [str(units) for units in model.hidden] if model.name == "mlp" else []
    sizes = hidden
    if summary is not None:
        outputs = max(outputs_of(loss.card, summary) for loss in config.losses)
        sizes = [str(summary.features), *hidden, str(outputs)]
    shape = " · ".join(sizes)
    if not hidden:
        return f"Linear {shape}".strip()
    return f"MLP {shape}, {ACTIVATIONS[model.activation].label.lower()}"


def outputs_of(card: LossCard, summary: DataSummary) -> int:
    """Return how many outputs a model has for a loss on some data."""
    if summary.outputs < 2 or (summary.task == "regression" and "regression" not in card.tasks):
        return summary.outputs
    return output_count(card, summary.task, summary.outputs)


def _optimizer(config: ExperimentConfig, summary: DataSummary | None) -> SectionSpec:
    optimizer, training = config.optimizer, config.training
    fields = [
        fixed_field(
            optimizer, "optimizer.name", "Method", kind="choice", default="sgd",
            choices=registry_choices(OPTIMIZERS), help=optimizer.declaration.help,
            allowed="one of the known optimisers",
        ),
        fixed_field(
            optimizer, "optimizer.learning_rate", "Learning rate", slider="log",
            slider_low=1e-4, slider_high=10.0,
            help="Factor on the gradient in each update. It can be changed while a run trains.",
        ),
        *own_fields(optimizer, "optimizer"),
        fixed_field(training, "training.full_batch", "Full batch"),
    ]  # fmt: skip
    if not training.full_batch:
        high = summary.train if summary is not None and summary.train else None
        fields.append(
            fixed_field(
                training, "training.batch_size", "Batch", unit="samples",
                help="Samples of one update; the last batch of an epoch takes what is left."
                + (f" The training part has {count_words(high)}." if high else ""),
            )
        )  # fmt: skip
    schedule = optimizer.schedule
    fields.append(
        fixed_field(
            schedule, "optimizer.schedule.name", "Schedule", kind="choice", default="constant",
            choices=registry_choices(SCHEDULES), help=schedule.declaration.help,
            allowed="one of the known schedules",
        )
    )  # fmt: skip
    fields += own_fields(schedule, "optimizer.schedule")
    fields.append(
        fixed_field(
            schedule, "optimizer.schedule.warmup", "Warm-up", unit="steps", advanced=schedule.warmup == 0,
            help="Steps in which the learning rate rises linearly to its full value.",
        )
    )  # fmt: skip
    fields.append(
        fixed_field(
            training, "training.clip", "Clip gradients", empty_text="off", advanced=training.clip is None,
            help="Largest gradient norm of an update; a longer gradient is shortened to it.",
        )
    )  # fmt: skip
    batch = "full batch" if training.full_batch else f"batch {count_words(training.batch_size)}"
    method = optimizer.declaration.short or optimizer.declaration.label
    words = f"{method}, {format_number(optimizer.learning_rate)}, {batch}"
    return SectionSpec("optimizer", "Optimiser", words, tuple(fields))


def _training(config: ExperimentConfig, summary: DataSummary | None) -> SectionSpec:
    training = config.training
    fields: list[FieldSpec] = []
    if training.steps is None:
        fields.append(
            fixed_field(
                training, "training.epochs", "Epochs", optional=False, default=40,
                help="Passes over the training samples.", allowed="a whole number from 1 to 10000000",
            )
        )  # fmt: skip
    fields.append(
        fixed_field(
            training, "training.steps", "Steps", empty_text="from epochs", advanced=training.steps is None,
            help="Number of updates; takes the place of epochs.",
        )
    )  # fmt: skip
    fields += [
        fixed_field(
            training, "training.evaluate_every", "Evaluate every", unit="steps",
            advanced=training.evaluate_every == 0, empty_text="automatic",
            help="Updates between two evaluations on all metrics; 0 lets the lab choose about 200 a run.",
        ),
        fixed_field(
            training, "training.evaluate_test", "Measure the test part", advanced=not training.evaluate_test,
            help="Evaluate the test part, too: for final comparisons, not for tuning.",
        ),
        fixed_field(
            training, "training.precision", "Precision", choices=_PRECISIONS,
            advanced=training.precision == "float32", help="Number format of the training.",
        ),
        fixed_field(
            training, "training.l2", "L2 penalty", advanced=training.l2 == 0,
            help="λ/2 · Σ w² is added to the objective: weight decay, with plain steps. Biases are left out.",
        ),
        fixed_field(
            training, "training.l1", "L1 penalty", advanced=training.l1 == 0,
            help="λ · Σ |w| is added to the objective; biases are left out.",
        ),
        fixed_field(
            training, "training.show_target", "Target line", empty_text="none",
            help="Dashed line in the metric plot; the step that reaches it is marked.",
        ),
    ]  # fmt: skip
    fields += _rules(config, summary)
    fields.append(
        fixed_field(
            training, "training.divergence", "Diverged beyond", unit="× first objective", advanced=True,
            help="A run whose objective exceeds this many times its first one, or is no number, is ended.",
        )
    )  # fmt: skip
    return SectionSpec("training", "Training", _training_summary(config), tuple(fields))


def _rules(config: ExperimentConfig, summary: DataSummary | None) -> list[FieldSpec]:
    training, task = config.training, task_of(config, summary)
    metrics = stop_metrics(task) if task else tuple(m for m in METRICS.values() if m.may_steer)
    if summary is not None and summary.validation == 0:
        metrics = tuple(m for m in metrics if not m.key.startswith("validation"))
    chosen = {rule.metric for rule in (training.target, training.plateau) if rule is not None}
    keys = [m.key for m in metrics]
    choices = tuple(
        (key, METRICS[key].label, METRICS[key].help) for key in [*keys, *sorted(chosen - set(keys))]
    )
    target, plateau = training.target, training.plateau
    common = {
        "kind": "choice", "choices": choices, "optional": True, "default": None,
        "allowed": "one of the evaluated metrics",
    }  # fmt: skip
    fields = [
        fixed_field(
            target or TargetConfig, "training.target.metric", "Stop at", empty_text="never",
            advanced=target is None, help="End a run when this metric reaches a value.", **common,
        )
    ]  # fmt: skip
    if target is not None:
        percent = METRICS[target.metric].percent
        fields.append(fixed_field(target, "training.target.value", "Value", percent=percent))
    fields.append(
        fixed_field(
            plateau or PlateauConfig, "training.plateau.metric", "Stop on plateau", empty_text="never",
            advanced=plateau is None, help="End a run when this metric no longer improves.", **common,
        )
    )  # fmt: skip
    if plateau is not None:
        fields += [
            fixed_field(plateau, "training.plateau.patience", "Patience", unit="evaluations"),
            fixed_field(
                plateau, "training.plateau.min_delta", "Least gain",
                help="A smaller improvement does not count.",
            ),
        ]  # fmt: skip
    return fields


def _training_summary(config: ExperimentConfig) -> str:
    training = config.training
    if training.steps is not None:
        words = f"{count_words(training.steps)} {'step' if training.steps == 1 else 'steps'}"
    else:
        epochs = training.epochs or 0
        words = f"{count_words(epochs)} {'epoch' if epochs == 1 else 'epochs'}"
    if training.precision == "float64":
        words += ", float64"
    if training.target is not None or training.plateau is not None:
        words += ", may stop early"
    return words


def _seeds(config: ExperimentConfig) -> SectionSpec:
    seeds = config.seeds
    fields = (
        fixed_field(
            seeds, "seeds.count", "Seeds", slider="linear", slider_low=1, slider_high=30,
            help="Runs of each loss. Run i of every loss has the same initial weights and batches.",
        ),
        fixed_field(seeds, "seeds.first", "First seed", advanced=seeds.first == 0),
    )  # fmt: skip
    paired = ", paired" if len(config.losses) > 1 else ""
    return SectionSpec("seeds", "Seeds", f"{count_words(seeds.count)}{paired}", fields)
