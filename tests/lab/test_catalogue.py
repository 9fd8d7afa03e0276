from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from compute.datasets import DATASETS
from compute.losses import LOSSES
from compute.models import INITIALIZERS
from compute.optimizers import OPTIMIZERS, SCHEDULES
from compute.problems import ProblemError
from lab.catalogue import (
    FAMILIES,
    METRICS,
    FieldSpec,
    SectionSpec,
    entries,
    form,
    losses_for,
    metric_of,
    stop_metrics,
)
from lab.config import ExperimentConfig
from lab.experiment_file import apply_changes, default_experiment
from lab.form_data import scaled_formula
from lab.messages import DataSummary


def summary_of(name: str, task: str, features: int, outputs: int, validation: int = 20) -> DataSummary:
    return DataSummary(
        name, task, 1797, features, outputs, 100, validation, 20, ("x",) * features, ("y",) * outputs, (), 0,
        np.empty((0, 2)), np.empty(0), np.empty(0, np.int8), np.empty(0, np.bool_), (),
    )  # fmt: skip


def fields_of(config: ExperimentConfig, summary: DataSummary | None = None) -> dict[str, FieldSpec]:
    found: dict[str, FieldSpec] = {}
    for section in form(config, summary):
        for field in [*section.fields, *(f for loss in section.losses for f in loss.fields)]:
            assert field.path not in found, "two fields for one key"
            found[field.path] = field
    return found


def section(config: ExperimentConfig, key: str, summary: DataSummary | None = None) -> SectionSpec:
    return next(part for part in form(config, summary) if part.key == key)


def everything() -> list[dict[str, Any]]:
    """Changes that reach every registry entry once, and the switches between fields."""
    return [
        *({"data.name": name} for name in DATASETS),
        *({"optimizer.name": name} for name in OPTIMIZERS),
        *({"optimizer.schedule.name": name} for name in SCHEDULES),
        *({"model.initializer.name": name} for name in INITIALIZERS),
        *({"losses.0.name": name} for name in LOSSES),
        {"model.name": "linear"},
        {"model.hidden": []},
        {"training.full_batch": True},
        {"training.steps": 100},
        {"training.target.metric": "train_nll", "training.plateau.metric": "train_nll"},
        {"data.label_noise.share": 0.3},
        {"data.name": "line", "data.outliers.share": 0.3, "data.noise": "student_t"},
        {
            "losses.0.scale": 0.5,
            "losses.0.learning_rate": 0.3,
            "losses.0.label": "mine",
            "training.clip": 1.0,
        },
    ]


@pytest.mark.parametrize("changes", everything(), ids=str)
def test_every_field_is_a_setting_that_can_be_set(changes: dict[str, Any]) -> None:
    config = apply_changes(default_experiment(), changes)
    fields = fields_of(config)
    assert len(fields) > 20
    for path, field in fields.items():
        assert apply_changes(config, {path: field.value}) == config, path
        assert field.label
        assert field.allowed, path
        if field.value is None:
            assert field.optional, path
            assert field.empty_text, path
        if field.optional:
            apply_changes(config, {path: None})
        if field.kind == "choice":
            values = [value for value, _, _ in field.choices]
            assert field.value in values or field.value is None, path
            for value in values:
                apply_changes(config, {path: value})
            with pytest.raises(ProblemError):
                apply_changes(config, {path: "no such choice"})
        if field.slider:
            assert field.slider_low is not None, path
            assert field.slider_high is not None, path
            assert field.slider_low < field.slider_high, path
            if field.slider == "log":
                assert field.slider_low > 0, path
            for value in (field.slider_low, field.slider_high):
                if (value == field.low and field.low_open) or (value == field.high and field.high_open):
                    continue
                apply_changes(config, {path: int(value) if field.kind == "int" else value})


@pytest.mark.parametrize("changes", everything(), ids=str)
def test_the_bounds_of_a_field_are_those_it_is_checked_against(changes: dict[str, Any]) -> None:
    config = apply_changes(default_experiment(), changes)
    for path, field in fields_of(config).items():
        if field.kind not in ("int", "float"):
            continue
        step = 1 if field.kind == "int" else 1e-9
        for bound, is_open, outward in ((field.low, field.low_open, -1), (field.high, field.high_open, 1)):
            if bound is None:
                continue
            scaled = step * max(1.0, abs(bound))
            outside = bound if is_open else bound + outward * scaled
            with pytest.raises(ProblemError):
                apply_changes(config, {path: int(outside) if field.kind == "int" else outside})
            inside = bound - outward * scaled if is_open else bound
            if path != "training.epochs":
                apply_changes(config, {path: int(inside) if field.kind == "int" else inside})


def paths(config: ExperimentConfig, summary: DataSummary | None = None) -> set[str]:
    return set(fields_of(config, summary))


def test_what_does_not_apply_is_hidden() -> None:
    digits = default_experiment()
    assert "data.label_noise.share" in paths(digits)
    assert "data.label_noise.kind" not in paths(digits)
    assert not {"data.outliers.share", "data.preprocessing.targets"} & paths(digits)
    noisy = apply_changes(digits, {"data.label_noise.share": 0.1})
    assert "data.label_noise.kind" in paths(noisy)

    line = apply_changes(digits, {"data.name": "line"})
    assert {"data.outliers.share", "data.preprocessing.targets"} <= paths(line)
    assert not {"data.label_noise.share", "data.imbalance.ratio", "data.degrees_of_freedom"} & paths(line)
    assert "data.degrees_of_freedom" in paths(apply_changes(line, {"data.noise": "student_t"}))

    assert "training.batch_size" in paths(digits)
    assert "training.batch_size" not in paths(apply_changes(digits, {"training.full_batch": True}))
    assert not {"model.hidden", "model.activation"} & paths(apply_changes(digits, {"model.name": "linear"}))
    assert "model.activation" not in paths(apply_changes(digits, {"model.hidden": []}))
    assert "training.epochs" not in paths(apply_changes(digits, {"training.steps": 10}))
    assert "training.target.value" not in paths(digits)
    assert "training.target.value" in paths(apply_changes(digits, {"training.target.metric": "train_nll"}))


def test_points_that_say_their_parts_need_no_split() -> None:
    points = apply_changes(default_experiment(), {"data.name": "points"})
    assert "data.split" in paths(points)
    listed = apply_changes(points, {"data.parts": [4, 2, 2]})
    assert not {"data.split", "data.split.by_run"} & paths(listed)
    assert fields_of(listed)["data.parts"].kind == "integers"
    # what contradicts them can be taken back
    assert "data.split.by_run" in paths(apply_changes(listed, {"data.split.by_run": True}))


def test_a_summary_settles_the_task_of_a_table() -> None:
    own = apply_changes(default_experiment(), {"data.name": "file"})
    assert "data.preprocessing.targets" in paths(own)
    classes = summary_of("file", "classification", 4, 3)
    assert "data.preprocessing.targets" not in paths(own, classes)
    assert "data.outliers.share" in paths(own, summary_of("file", "regression", 4, 1))


def test_metrics_of_stop_rules_are_those_of_the_task() -> None:
    config = apply_changes(default_experiment(), {"training.target.metric": "train_nll"})
    summary = summary_of("digits", "classification", 64, 10)
    choices = {value for value, _, _ in fields_of(config, summary)["training.target.metric"].choices}
    assert choices == {m.key for m in stop_metrics("classification")}
    assert "validation_r2" not in choices
    assert "validation_ece" in choices
    assert not any(key.startswith("test_") for key in choices)
    unknown = {value for value, _, _ in fields_of(config, None)["training.target.metric"].choices}
    assert not any(key.startswith("test_") for key in unknown)
    alone = fields_of(config, summary_of("digits", "classification", 64, 10, validation=0))
    assert all(v.startswith("train_") for v, _, _ in alone["training.target.metric"].choices)


def test_summaries_say_what_is_inside() -> None:
    config = apply_changes(default_experiment(), {"seeds.count": 5})
    summary = summary_of("digits", "classification", 64, 10)
    said = {part.key: part.summary for part in form(config, summary)}
    assert said == {
        "data": "1\u2009797 × 64, 10 classes",
        "losses": "CE, Brier",
        "model": "MLP 64 · 32 · 32 · 10, tanh",
        "optimizer": "SGD, 0.1, batch 32",
        "training": "40 epochs",
        "seeds": "5, paired",
    }
    assert section(config, "model").summary == "MLP 32 · 32, tanh"
    assert (
        section(apply_changes(config, {"model.name": "linear"}), "model", summary).summary == "Linear 64 · 10"
    )


def test_a_summary_of_other_data_is_not_used() -> None:
    config = apply_changes(default_experiment(), {"data.name": "moons"})
    assert (
        section(config, "model", summary_of("digits", "classification", 64, 10)).summary
        == "MLP 32 · 32, tanh"
    )


def test_two_classes_need_one_output_under_a_sigmoid() -> None:
    config = apply_changes(
        default_experiment(), {"losses": [{"name": "binary_cross_entropy"}], "data.name": "moons"}
    )
    assert section(config, "model", summary_of("moons", "classification", 2, 2)).summary.endswith(
        "32 · 1, tanh"
    )


def test_how_a_file_was_read_is_said_under_it() -> None:
    config = apply_changes(default_experiment(), {"data.name": "file", "data.path": "table.csv"})
    summary = replace(
        summary_of("file", "classification", 3, 2),
        notes=("read as GBK", "the target is the column “y”"),
    )
    fields = {field.path: field for field in section(config, "data", summary).fields}
    assert fields["data.path"].note == "Read as GBK; the target is the column “y”."
    assert not any(field.note for path, field in fields.items() if path != "data.path")
    assert not any(field.note for field in section(config, "data", None).fields)


def test_losses_that_do_not_fit_are_noted_and_not_offered() -> None:
    config = apply_changes(default_experiment(), {"data.name": "diabetes", "losses.+": "huber"})
    losses = section(config, "losses", summary_of("diabetes", "regression", 10, 1))
    assert [loss.note for loss in losses.losses] == ["Not defined for numbers", "Not defined for numbers", ""]
    numeric = {name for name, card in LOSSES.items() if "regression" in card.tasks}
    assert set(losses_for("regression")) == numeric
    assert {name for name, _, _ in losses.addable} == numeric | {"custom"}
    assert {"squared_error", "absolute_error", "huber", "poisson"} <= numeric
    assert "cross_entropy" in losses_for("classification", 10)


def test_the_scale_of_a_loss_is_never_hidden() -> None:
    config = apply_changes(default_experiment(), {"losses.1.scale": 0.1})
    plain, scaled = section(default_experiment(), "losses").losses[1], section(config, "losses").losses[1]
    assert "0.1" in scaled.formula
    assert "0.1" in scaled.gradient
    assert "0.1" in scaled.plain
    assert "0.1" in scaled.brief
    assert "0.1" in scaled.label
    assert "0.1" not in plain.formula + plain.gradient + plain.plain + plain.label


@pytest.mark.parametrize("name", list(LOSSES))
def test_scaled_formulas_keep_their_parts(name: str) -> None:
    card = LOSSES[name]
    for formula in (card.formula, card.gradient):
        scaled = scaled_formula(formula, 0.5)
        assert scaled.count("{") == scaled.count("}")
        assert scaled.count("=") == formula.count("=")
        left = formula.partition("=")[0]
        assert scaled.startswith(left.strip())
        assert scaled_formula(formula, 1.0) == formula
    assert section(apply_changes(default_experiment(), {"losses.0.name": name}), "losses").losses[0].brief


def test_only_the_last_loss_cannot_be_removed() -> None:
    config = default_experiment()
    assert all(loss.removable for loss in section(config, "losses").losses)
    assert not section(apply_changes(config, {"losses.0": None}), "losses").losses[0].removable


@pytest.mark.parametrize("family", list(FAMILIES))
def test_entries_are_named_and_explained(family: str) -> None:
    found = entries(family)
    assert len({entry.name for entry in found}) == len(found) > 0
    for entry in found:
        assert entry.label
        assert entry.short
        assert entry.help
        for parameter in entry.parameters:
            assert parameter.allowed()


def test_metrics_of_layers() -> None:
    assert metric_of("gradient_norm/1").label == "Gradient norm, layer 2"
    for unknown in ("nothing", "loss/1"):
        with pytest.raises(KeyError):
            metric_of(unknown)
    assert all(metric.key == key for key, metric in METRICS.items())


def test_cross_entropy_shows_the_simple_formula_while_it_is_that() -> None:
    plain = section(default_experiment(), "losses").losses[0]
    assert plain.brief == r"-\sum_k y_k \ln p_k"
    smooth = apply_changes(default_experiment(), {"losses.0.label_smoothing": 0.1})
    assert r"\varepsilon" in section(smooth, "losses").losses[0].formula
