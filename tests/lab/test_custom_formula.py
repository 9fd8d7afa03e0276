"""Typed losses in experiments: the file, changes, refusals, labels, training and the command line."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from compute.backend import select_device
from compute.problems import ProblemError
from compute.training import train
from lab.catalogue import entries, form, loss_labels, losses_for, short_loss_labels
from lab.config import ExperimentConfig, LossConfig
from lab.config_changes import apply_changes
from lab.custom_formula import DEFAULT, formula_problem
from lab.experiment_file import dump_experiment, parse_experiment
from lab.sweep import plan_sweep, prepare_data

HUBER = "where(abs(r) < d, r**2/2, d*(abs(r) - d/2))"
TEXT = f"""
[data]
name = "sine"
samples = 60

# mine
[[losses]]
name = "custom"
formula = "{HUBER}"  # as in the book
parameters = {{ d = {{ value = 0.5, low = 0.1, high = 10.0 }} }}

[[losses]]
name = "huber"
delta = 0.5

[training]
epochs = 6

[seeds]
count = 2
"""


def config(text: str = TEXT) -> ExperimentConfig:
    return parse_experiment(text, "mine.toml")


def typed(**keys: Any) -> LossConfig:
    return LossConfig.model_validate({"name": "custom", **keys})


def test_the_file_is_read_and_written_again() -> None:
    experiment = config()
    assert experiment.losses[0].parameters == {
        "formula": HUBER,
        "link": "identity",
        "parameters": {"d": {"value": 0.5, "low": 0.1, "high": 10.0}},
        "task": "auto",
    }
    assert parse_experiment(dump_experiment(experiment)) == experiment
    assert dump_experiment(experiment, TEXT) == TEXT
    assert pickle.loads(pickle.dumps(experiment)) == experiment


@pytest.mark.parametrize(
    ("given", "held"),
    [
        ("parameters = { d = 1 }", {"d": 1.0}),
        ('parameters = "d = 1 from 0 to 2"', {"d": {"value": 1.0, "low": 0.0, "high": 2.0}}),
        ("[losses.parameters]\nd = 2.5", {"d": 2.5}),
        ("[losses.parameters.d]\nvalue = 1\nlow = 0\nhigh = 3", {"d": {"value": 1, "low": 0, "high": 3}}),
    ],
)  # fmt: skip
def test_parameters_may_be_written_in_several_ways(given: str, held: dict[str, Any]) -> None:
    text = f'[data]\nname = "sine"\n[[losses]]\nname = "custom"\nformula = "abs(r)**d"\n{given}\n'
    experiment = config(text)
    assert experiment.losses[0].parameters["parameters"] == held
    assert parse_experiment(dump_experiment(experiment)) == experiment
    changed = apply_changes(experiment, {"losses.0.parameters.d": 1.5})
    assert parse_experiment(dump_experiment(changed, text)) == changed


def test_a_typed_loss_without_more_begins_with_hubers() -> None:
    loss = apply_changes(config(), {"losses.+": "custom"}).losses[-1]
    assert loss.parameters["formula"] == DEFAULT
    assert loss.parameters["parameters"] == {"d": 1.0}
    assert loss.card.plain.startswith("L = Σₖ {rₖ²/2 where |rₖ| < d")
    assert typed(formula="r**2").parameters["parameters"] == {}


def test_changes_by_path_keep_the_bounds_of_parameters() -> None:
    changed = apply_changes(config(), {"losses.0.parameters.d": 2.0})
    assert changed.losses[0].parameters["parameters"] == {"d": {"value": 2.0, "low": 0.1, "high": 10.0}}
    assert changed.losses[0].card.parameters[0].default == 2.0
    text = dump_experiment(changed, TEXT)
    assert "# as in the book" in text
    assert "# mine" in text
    assert parse_experiment(text) == changed
    with pytest.raises(ProblemError, match=r"d must be from 0\.1 to 10"):
        apply_changes(config(), {"losses.0.parameters.d": 20.0})


def test_words_and_formula_change_together_or_not_at_all() -> None:
    changed = apply_changes(config(), {"losses.0.parameters": "q = 3", "losses.0.formula": "r**2 + q*abs(r)"})
    assert changed.losses[0].parameters["parameters"] == {"q": 3.0}
    with pytest.raises(ProblemError, match="d is not known"):
        apply_changes(config(), {"losses.0.parameters": "q = 3"})


def test_choosing_another_loss_drops_the_formula_and_back() -> None:
    other = apply_changes(config(), {"losses.0.name": "squared_error"})
    assert other.losses[0].parameters == {}
    back = apply_changes(other, {"losses.0.name": "custom", "losses.0.formula": "r**4"})
    assert back.losses[0].parameters["formula"] == "r**4"


@pytest.mark.parametrize(
    ("keys", "where", "words"),
    [
        ({"formula": "r**2 + q"}, "formula", "q is not known"),
        ({"formula": "r**2 +"}, "formula", "missing where the formula ends"),
        ({"formula": "9**9**9**9"}, "formula", "power is too large"),
        ({"formula": "y"}, "formula", "does not depend"),
        ({"formula": "log(-1 - r**2)"}, "formula", "not a finite number"),
        ({"formula": 3}, "formula", "must be text"),
        ({"formula": "r", "link": "cauchit"}, "link", "one of identity, sigmoid, softmax, tanh"),
        ({"formula": "r", "task": "ranking"}, "task", "one of auto, regression, classification"),
        ({"formula": "r", "parameters": {"z": 1.0}}, "parameters", "z cannot be the name"),
        ({"formula": "r", "parameters": [1]}, "parameters", "table of names"),
        ({"formula": "r", "delta": 1.0}, "delta", "not a known key"),
    ],
)
def test_what_is_wrong_is_said_with_its_path(keys: dict[str, Any], where: str, words: str) -> None:
    with pytest.raises(ProblemError) as caught:
        apply_changes(config(), {"losses.+": {"name": "custom", **keys}})
    problem = caught.value.problem
    assert problem.where == f"losses.2.{where}"
    assert words in str(problem)
    assert len(problem.title) <= 80


def test_the_line_of_the_file_and_the_caret_are_told() -> None:
    with pytest.raises(ProblemError) as caught:
        config(TEXT.replace("d*(abs(r)", "d*(abz(r)"))
    words = str(caught.value)
    formula, caret = [line for line in words.split("\n") if line.startswith("    ")]
    assert formula[caret.index("^") :].startswith("abz(r)")
    assert "(mine.toml, line 9)" in words


def test_labels_tell_typed_losses_apart() -> None:
    experiment = apply_changes(config(), {
        "losses.+": {"name": "custom", "formula": HUBER, "parameters": {"d": 2.0}},
    })  # fmt: skip
    assert loss_labels(experiment) == ("Your own formula, d 0.5", "Huber", "Your own formula, d 2")
    experiment = apply_changes(experiment, {"losses.0.formula": "r**2", "losses.2.formula": "abs(r)"})
    assert loss_labels(experiment) == ("r**2", "Huber", "abs(r)")
    assert short_loss_labels(experiment) == ("r**2", "Huber", "abs(r)")


def test_the_form_has_its_fields_and_offers_one_more() -> None:
    section = next(part for part in form(config(), None) if part.key == "losses")
    chip = section.losses[0]
    fields = {field.path: field for field in chip.fields}
    assert fields["losses.0.formula"].kind == "formula"
    assert [name for name, _, _ in fields["losses.0.formula"].choices] == ["d"]
    assert fields["losses.0.parameters"].value == "d = 0.5 from 0.1 to 10"
    slider = fields["losses.0.parameters.d"]
    assert (slider.value, slider.low, slider.high, slider.slider) == (0.5, 0.1, 10.0, "linear")
    assert fields["losses.0.link"].value == "identity"
    assert r"\begin{cases}" in chip.formula
    assert section.addable[-1][:2] == ("custom", "Your own formula …")
    for path, field in fields.items():  # what the form shows can be given back
        assert (
            apply_changes(config(), {path: field.value}).losses[0].parameters == config().losses[0].parameters
        )


def test_it_is_no_entry_of_the_catalogue() -> None:
    assert "custom" not in {entry.name for entry in entries("losses")}
    assert "custom" not in losses_for("regression")


def test_words_for_a_formula_that_is_being_typed() -> None:
    assert formula_problem("r**2 + d", ("d",)) == ("", 0)
    words, place = formula_problem("r**2 + q", ("d",))
    assert place == 7
    assert words.split("\n")[:3] == ["q is not known.", "    r**2 + q", "           ^"]
    assert formula_problem("", ()) == ("The formula is empty.", 0)


def test_a_loss_for_classes_is_refused_for_numbers_with_ways_out() -> None:
    experiment = apply_changes(config(), {"losses.0.link": "sigmoid", "losses.0.formula": "r**2"})
    with pytest.raises(ProblemError) as caught:
        plan_sweep(experiment, prepare_data(experiment), select_device("cpu"))
    assert caught.value.problem.where == "losses.0.name"
    assert caught.value.problem.remedies


def curves(experiment: ExperimentConfig) -> dict[str, Any]:
    sweep = plan_sweep(experiment, prepare_data(experiment), select_device("cpu"))
    chunks = [chunk for _, plan in sweep.plans for chunk in train(plan)]
    return {
        name: np.concatenate([getattr(chunk, name) for chunk in chunks])
        for name in ("objective", "gradient_norm", "parameter_norm")
    }


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_typed_huber_trains_to_the_curves_of_the_built_in_one(precision: str) -> None:
    experiment = apply_changes(config(), {"training.precision": precision, "optimizer.name": "adam"})
    for name, values in curves(experiment).items():
        assert values.shape[1] == 4, name
        assert np.isfinite(values).all()
        np.testing.assert_array_equal(values[:, :2], values[:, 2:])


def test_every_link_trains_on_classes() -> None:
    losses = [
        {"name": "custom", "formula": formula, "link": link}
        for formula, link in (
            ("r**2", "identity"),
            ("r**2", "sigmoid"),
            ("r**2", "tanh"),
            ("-y*log(p)", "softmax"),
        )
    ]
    experiment = apply_changes(
        config(), {"data.name": "moons", "losses.0": losses[0], "losses.1": losses[1], "training.epochs": 3}
    )
    for loss in losses[2:]:
        experiment = apply_changes(experiment, {"losses.+": loss})
    sweep = plan_sweep(experiment, prepare_data(experiment), select_device("cpu"))
    assert {plan.model.sizes[-1] for _, plan in sweep.plans} == {1, 2}
    for _, plan in sweep.plans:
        for chunk in train(plan):
            assert np.isfinite(chunk.objective).all()
            for evaluation in chunk.evaluations:
                assert all(np.isfinite(values).all() for values in evaluation.metrics.values())


def test_a_formula_that_breaks_diverges_in_words_and_stops_no_other() -> None:
    experiment = apply_changes(config(), {
        "losses.0": {"name": "custom", "formula": "exp(abs(r))**9"}, "optimizer.learning_rate": 1.0,
    })  # fmt: skip
    sweep = plan_sweep(experiment, prepare_data(experiment), select_device("cpu"))
    ends = [end for _, plan in sweep.plans for chunk in train(plan) for end in chunk.ended]
    assert {end.run for end in ends} == {0, 1}
    assert {end.reason for end in ends} == {"diverged"}


def test_command_line(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(TEXT)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(Path(__file__).parents[2] / "main.py"), *arguments],
            cwd=tmp_path, capture_output=True, text=True, timeout=120,
        )  # fmt: skip

    done = run("run", "mine.toml", "--out", "out", "--device", "cpu", "--set", "losses.0.parameters.d=0.5")
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert results["losses"][0]["formula"].startswith("L = Σₖ {rₖ²/2 where |rₖ| < d")
    finals = [row["final"] for row in results["summary"]["losses"]]
    assert finals[0] == finals[1]
    written = parse_experiment((tmp_path / "out" / "experiment.toml").read_text())
    assert written.losses[0].parameters == config().losses[0].parameters
    refused = run("run", "mine.toml", "--out", "out2", "--set", "losses.0.formula=r**2 + q")
    assert refused.returncode == 2
    assert "q is not known" in refused.stderr
    assert "           ^" in refused.stderr


def test_the_examples_of_the_guide_are_losses() -> None:
    page = (Path(__file__).parents[2] / "docs" / "guide" / "your-own-loss.md").read_text("utf-8")
    rows = re.findall(r"^\| [^|]+ \| `([^`]+)`(?: with `([^`]+)`)? \| (\w+) \|$", page, re.MULTILINE)
    assert len(rows) == 8
    for formula, parameters, link in rows:
        loss = typed(formula=formula, parameters=parameters, link="identity" if link == "any" else link)
        assert "Gradient checked" in loss.card.help
    (block,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    assert config('[data]\nname = "sine"\n' + block).losses[0].parameters["formula"] == HUBER


def test_the_command_line_loads_no_sympy() -> None:
    code = "import lab.cli, sys; print(sorted({'sympy', 'mpmath'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
