"""Experiments as text: what is written reads back equal, and what a person wrote around it stays."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from compute.datasets import DATASETS
from compute.declaration import Declaration, Parameter
from compute.losses import LOSSES
from compute.models import ACTIVATIONS, INITIALIZERS
from compute.optimizers import OPTIMIZERS, SCHEDULES
from lab.config import ExperimentConfig
from lab.experiment_file import (
    apply_changes,
    default_experiment,
    default_text,
    dump_experiment,
    parse_experiment,
)
from tests.lab.commented_experiment import MINE


# --- round trip -------------------------------------------------------------------------------------
def values_of(parameter: Parameter) -> st.SearchStrategy[Any]:
    if parameter.kind == "choice":
        return st.sampled_from([value for value, _ in parameter.choices])
    if parameter.kind == "bool":
        return st.booleans()
    if parameter.kind in ("text", "path"):
        return st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=12)
    finite = st.floats(-1e6, 1e6, allow_nan=False)
    if parameter.kind == "matrix":
        return st.lists(st.lists(finite, min_size=2, max_size=2), max_size=4)
    low = parameter.low if parameter.low is not None else -1e6
    high = parameter.high if parameter.high is not None else 1e6
    if parameter.kind == "numbers":
        return st.lists(st.floats(low, high), max_size=20)
    if parameter.kind == "integers":
        return st.lists(st.integers(int(low), int(high)), max_size=20)
    if parameter.kind == "int":
        return st.integers(int(low), int(high))
    return st.floats(low, high, exclude_min=parameter.low_open, exclude_max=parameter.high_open)


def selections(
    registry: dict[str, Any], **fixed: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    def one(card: Declaration) -> st.SearchStrategy[dict[str, Any]]:
        own = {parameter.name: values_of(parameter) for parameter in card.parameters}
        return st.fixed_dictionaries({"name": st.just(card.name)}, optional={**own, **fixed})

    return st.sampled_from(list(registry.values())).flatmap(one)


positive = st.floats(1e-12, 1e6)


text = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40)


experiments = st.fixed_dictionaries(
    {
        "name": text.filter(bool),
        "data": selections(
            DATASETS,
            seed=st.integers(0, 2**32 - 1),
            split=st.sampled_from([{"train": 0.5, "validation": 0.25, "test": 0.25, "by_run": True}, {}]),
            label_noise=st.fixed_dictionaries({"share": st.floats(0, 1), "kind": st.just("pair_flip")}),
            outliers=st.fixed_dictionaries({"shift": st.floats(-1e3, 1e3)}),
            preprocessing=st.sampled_from([{"inputs": "unit"}, {"targets": "none"}]),
        ),
        "model": st.fixed_dictionaries(
            {},
            optional={
                "name": st.sampled_from(["linear", "mlp"]),
                "hidden": st.lists(st.integers(1, 4096), max_size=16),
                "activation": st.sampled_from(list(ACTIVATIONS)),
                "initializer": selections(INITIALIZERS),
            },
        ),
        "losses": st.lists(
            selections(LOSSES, scale=positive, learning_rate=positive, series=st.integers(0, 64), label=text),
            min_size=1,
            max_size=5,
        ),
        "optimizer": selections(
            OPTIMIZERS,
            learning_rate=positive,
            schedule=selections(SCHEDULES, warmup=st.integers(0, 1000)),
        ),
        "training": st.fixed_dictionaries(
            {},
            optional={
                "epochs": st.integers(1, 10**7),
                "steps": st.integers(1, 10**9),
                "batch_size": st.integers(1, 10**7),
                "full_batch": st.booleans(),
                "evaluate_test": st.booleans(),
                "precision": st.sampled_from(["float32", "float64"]),
                "l1": st.floats(0, 1e6),
                "clip": positive,
                "show_target": st.floats(-1e9, 1e9),
                "target": st.fixed_dictionaries({"metric": st.just("train_nll"), "value": st.floats(-9, 9)}),
                "plateau": st.fixed_dictionaries({"patience": st.integers(1, 10**6)}),
            },
        ),
        "seeds": st.fixed_dictionaries({"first": st.integers(0, 2**31), "count": st.integers(1, 4096)}),
    }
)


@settings(max_examples=60, deadline=None)
@given(experiments)
def test_what_is_written_reads_back_equal(table: dict[str, Any]) -> None:
    config = ExperimentConfig.model_validate(table)
    written = dump_experiment(config)
    assert parse_experiment(written) == config
    assert dump_experiment(config, written) == written


@settings(max_examples=40, deadline=None)
@given(experiments)
def test_updating_any_text_reads_back_equal(table: dict[str, Any]) -> None:
    config = ExperimentConfig.model_validate(table)
    assert parse_experiment(dump_experiment(config, default_text())) == config
    assert (
        parse_experiment(dump_experiment(default_experiment(), dump_experiment(config)))
        == default_experiment()
    )


def test_the_default_experiment_is_a_race_on_digits() -> None:
    config = default_experiment()
    assert config.data.name == "digits"
    assert [loss.name for loss in config.losses] == ["cross_entropy", "brier"]
    assert config.seeds.count == 3
    assert config.model.hidden == (32, 32)


# --- comments ---------------------------------------------------------------------------------------
def test_comments_order_and_what_was_left_out_stay() -> None:
    config = parse_experiment(MINE)
    assert dump_experiment(config, MINE) == MINE
    changed = apply_changes(config, {"optimizer.learning_rate": 0.3, "data.noise": 0.1})
    text = dump_experiment(changed, MINE)
    for comment in (
        "# my experiment",
        "# a name",
        "# tried 0.3 before",
        "# works",
        "# a lot",
        "# first",
        "# second",
    ):
        assert comment in text
    assert text.index("[optimizer]") < text.index("[data]") < text.index("[training]")
    assert "validation" not in text
    assert parse_experiment(text) == changed


def test_a_comment_stays_with_its_loss_when_another_is_removed() -> None:
    config = apply_changes(parse_experiment(MINE), {"losses.-": 0, "losses.+": {"name": "huber", "delta": 2}})
    text = dump_experiment(config, MINE)
    assert "# second" in text
    assert "# first" not in text
    assert parse_experiment(text) == config
    assert [loss.series for loss in config.losses] == [4, 1]


def test_keys_that_no_longer_apply_go() -> None:
    config = apply_changes(parse_experiment(MINE), {"data.name": "digits", "training.steps": 100})
    text = dump_experiment(config, MINE)
    assert "noise" not in text.replace("label_noise", "")
    assert "epochs" not in text
    assert "steps = 100" in text


def test_inline_tables_and_dotted_keys_are_updated_too() -> None:
    text = (
        'optimizer.name = "sgd"\ndata = { name = "moons" }\n'
        'losses = [{ name = "brier" }, { name = "huber" }]\n'
    )
    config = apply_changes(parse_experiment(text), {"optimizer.learning_rate": 2.0, "losses.1.delta": 3.0})
    assert parse_experiment(dump_experiment(config, text)) == config
    fewer = apply_changes(config, {"losses.0": None})
    assert parse_experiment(dump_experiment(fewer, text)) == fewer
