"""A form like the one of the first start, as literal specs."""

from __future__ import annotations

from dataclasses import replace

from lab.field_spec import FieldSpec, LossSpec, SectionSpec


def field(path: str, label: str, kind: str, value: object, **more: object) -> FieldSpec:
    more.setdefault("default", value)
    return FieldSpec(path, label, kind, value, **more)  # type: ignore[arg-type]


def loss(
    index: int, name: str, label: str, formula: str, series: int, *fields: FieldSpec, **more: object
) -> LossSpec:
    rest = {"gradient": "p - y", "plain": label, "help": f"{label} in words."} | more
    common = (
        field(f"losses.{index}.label", "Name", "text", ""),
        field(f"losses.{index}.series", "Series", "int", 0),
        field(f"losses.{index}.scale", "Scale", "float", 1.0, low=0, low_open=True, high=1e6),
        field(
            f"losses.{index}.learning_rate", "Own rate", "float", None, optional=True, low=0, low_open=True
        ),
    )
    return LossSpec(
        index,
        name,
        label,
        name[:5],
        formula=formula,
        series=series,
        fields=(*fields, *common),
        **rest,  # type: ignore[arg-type]
    )


LOSSES = (
    loss(
        0, "cross_entropy", "Cross-entropy", r"-\log p_y", 1,
        field("losses.0.label_smoothing", "label smoothing", "float", 0.0, low=0, high=1, high_open=True,
              allowed="a number at least 0 and below 1"),
    ),
    loss(1, "brier", "Brier · MSE on softmax", r"\sum_k (p_k-y_k)^2", 2),
    loss(2, "absolute_error_softmax", "MAE on softmax", r"\sum_k |p_k-y_k| = 2(1-p_y)", 3),
)  # fmt: skip

ADDABLE = (
    ("cross_entropy", "Cross-entropy", "Negative log-probability of the true class."),
    ("brier", "Brier · MSE on softmax", "Squared distance of the probabilities from the truth."),
    ("huber", "Huber", "Squared near zero, absolute far away."),
)

FORMULAS = {
    "cross_entropy": r"-\log p_y",
    "brier": r"\sum_k (p_k-y_k)^2",
    "huber": r"\begin{cases} \frac12 r^2 & |r|\le\delta \\ \delta |r| & \text{else}\end{cases}",
}


def sections() -> tuple[SectionSpec, ...]:
    """Sections of a small but complete form."""
    data = SectionSpec(
        "data",
        "Data",
        "1\u2009797 × 64, 10 classes",
        (
            field("data.name", "Dataset", "choice", "digits",
                  choices=(("digits", "Digits", "Handwritten digits."), ("moons", "Moons", "Two half moons."),
                           ("file", "My table (CSV, Parquet, NPZ)", "Your own file."))),
            field("data.path", "File", "path", "/home/someone/patients_2024.csv"),
            field("data.split", "Split", "split", (0.7, 0.15, 0.15)),
            field("data.label_noise.share", "Label noise", "float", 0.0, low=0, high=1, percent=True,
                  slider="linear"),
            field("data.standardise", "Standardise inputs", "bool", True, help="Mean 0, deviation 1."),
        ),
    )  # fmt: skip
    losses = SectionSpec("losses", "Losses", "CE, Brier, MAE", (), LOSSES, ADDABLE)
    model = SectionSpec(
        "model",
        "Model",
        "MLP 64 · 32 · 32 · 10, tanh",
        (
            field("model.name", "Type", "choice", "mlp",
                  choices=(("linear", "Linear", ""), ("mlp", "Multilayer perceptron", ""))),
            field("model.hidden", "Hidden layers", "integers", (32, 32), low=1, high=4096),
            field("model.activation", "Activation", "choice", "tanh",
                  choices=(("tanh", "tanh", ""), ("relu", "ReLU", ""))),
        ),
    )  # fmt: skip
    optimiser = SectionSpec(
        "optimizer",
        "Optimiser",
        "SGD, 0.1",
        (
            field("optimizer.name", "Method", "choice", "sgd",
                  choices=(("sgd", "SGD", ""), ("adam", "Adam", ""))),
            field("optimizer.learning_rate", "Learning rate", "float", 0.1, low=0, high=1e6, low_open=True,
                  slider="log", slider_low=1e-4, slider_high=10.0, help="Length of a step.",
                  allowed="a number above 0 and at most 1e+06"),
            field("training.batch_size", "Batch", "int", 32, low=1, high=10**7, optional=True,
                  empty_text="full batch",
                  allowed="a whole number from 1 to 1e+07"),
        ),
    )  # fmt: skip
    training = SectionSpec(
        "training", "Training", "40 epochs",
        (field("training.epochs", "Epochs", "int", 40, low=1, allowed="a whole number of at least 1",
               unit="passes"),),
    )  # fmt: skip
    seeds = SectionSpec(
        "seeds", "Seeds", "5, paired", (field("seeds.count", "Seeds", "int", 5, low=1, high=4096),)
    )
    return data, losses, model, optimiser, training, seeds


def with_value(forms: tuple[SectionSpec, ...], path: str, **changes: object) -> tuple[SectionSpec, ...]:
    """Return the sections with one field changed."""
    changed = []
    for section in forms:
        fields = tuple(
            replace(spec, **changes) if spec.path == path else spec
            for spec in section.fields  # type: ignore[arg-type]
        )
        losses_ = tuple(
            replace(
                one,
                fields=tuple(replace(spec, **changes) if spec.path == path else spec for spec in one.fields),  # type: ignore[arg-type]
            )
            for one in section.losses
        )
        changed.append(replace(section, fields=fields, losses=losses_))
    return tuple(changed)
