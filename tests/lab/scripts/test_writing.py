"""Scripts give the lab's curves: trained beside it, compared step by step."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import lab.cli
from compute.problems import ProblemError
from lab.config import ExperimentConfig
from lab.experiment_file import dump_experiment, parse_experiment
from lab.loss_labels import loss_labels
from lab.scripts.writing import script, write_script
from tests.lab.lessons.trained import train

METRICS = ("loss", "objective", "gradient_norm", "parameter_norm", "learning_rate")
BASE = """
[data]
name = "{data}"
{parameters}
[data.split]
by_run = {by_run}
[model]
hidden = {hidden}
activation = "{activation}"
{losses}
[optimizer]
name = "{optimizer}"
learning_rate = {rate}
{own}
[optimizer.schedule]
{schedule}
[training]
steps = 40
batch_size = 17
evaluate_every = 8
precision = "float64"
{training}
[seeds]
count = 2
"""
USUAL: dict[str, str] = {
    "data": "blobs", "parameters": "samples = 90", "by_run": "true", "hidden": "[7]", "activation": "tanh",
    "losses": '[[losses]]\nname = "cross_entropy"\nscale = 0.5\n'
    '[[losses]]\nname = "brier"\nlearning_rate = 0.3',
    "optimizer": "sgd", "rate": "0.1", "own": "", "schedule": 'name = "constant"', "training": "",
}  # fmt: skip


def losses(*names: str) -> str:
    return "\n".join(f'[[losses]]\nname = "{name}"' for name in names)


CASES: dict[str, dict[str, str]] = {
    "plain": {},
    "deep relu, momentum, step": {
        "hidden": "[6, 5]", "activation": "relu", "optimizer": "momentum", "own": "momentum = 0.8",
        "schedule": 'name = "step"\nevery = 9\nfactor = 0.5',
    },
    "gelu, nesterov, exponential": {
        "activation": "gelu", "optimizer": "nesterov", "schedule": 'name = "exponential"\ndecay = 0.97',
    },
    "leaky, adagrad, cosine with warm-up": {
        "activation": "leaky_relu", "optimizer": "adagrad",
        "schedule": 'name = "cosine"\nfinal = 0.1\nwarmup = 7',
    },
    "softplus, rmsprop, inverse root": {
        "activation": "softplus", "optimizer": "rmsprop", "rate": "0.01",
        "schedule": 'name = "inverse_sqrt"\noffset = 5.0',
    },
    "sigmoid, adam, full batch": {
        "activation": "sigmoid", "optimizer": "adam", "rate": "0.02", "training": "full_batch = true",
    },
    "identity, adamw, clipped": {
        "activation": "identity", "optimizer": "adamw", "rate": "0.02", "training": "clip = 0.3",
    },
    "penalties and wrong labels": {
        "training": "l1 = 0.01\nl2 = 0.02", "parameters": "samples = 90\n[data.label_noise]\nshare = 0.3",
    },
    "two classes in one output": {
        "data": "moons", "losses": losses("binary_cross_entropy", "hinge", "exponential", "squared_error"),
    },
    "other links": {"losses": losses("sparsemax", "multiclass_hinge", "squared_error", "logistic")},
    "numbers with outliers": {
        "data": "sine", "parameters": "samples = 90\n[data.outliers]\nshare = 0.1\nshift = 5.0",
        "losses": losses("squared_error", "huber", "gaussian_nll"), "by_run": "false", "rate": "0.02",
    },
    "a target": {"training": '[training.target]\nmetric = "validation_accuracy"\nvalue = 0.8'},
    "a plateau": {
        "training": '[training.plateau]\nmetric = "train_nll"\npatience = 2\nmin_delta = 0.4',
    },
}  # fmt: skip


def experiment(case: str) -> ExperimentConfig:
    return parse_experiment(BASE.format(**{**USUAL, **CASES[case]}))


def run_script(path: Path) -> dict[tuple[str, int, str], dict[int, float]]:
    """Run a script in a process of its own; return (loss, seed, metric) → step → value."""
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "All curves are in" in done.stdout
    found: dict[tuple[str, int, str], dict[int, float]] = defaultdict(dict)
    with path.with_suffix(".csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found[row["loss"], int(row["seed"]), row["metric"]][int(row["step"])] = float(row["value"])
    return found


def check(config: ExperimentConfig, curves: dict[Any, dict[int, float]]) -> None:
    """Hold a script's curves against the lab's."""
    session = train(config)
    labels = loss_labels(config)
    evaluated = {
        m for m in session.curves.metrics() if m.rpartition("_")[2] in ("accuracy", "nll", "brier", "mse")
    }
    for run in session.runs:
        label, seed = labels[run.info.loss_index], run.info.seed
        for metric in (*METRICS, *evaluated):
            if metric not in METRICS and (label, seed, metric) not in curves:
                continue  # the likelihood of numbers is not in a script
            steps, values = session.curves.series(metric, run.info.index)
            found = curves[label, seed, metric]
            assert list(found) == steps.tolist(), (label, metric)
            np.testing.assert_allclose(
                list(found.values()), values, rtol=1e-5, atol=1e-6, err_msg=f"{label}, {metric}"
            )
        assert any(key[2].startswith("validation_") for key in curves)


@pytest.mark.parametrize("case", CASES)
def test_a_numpy_script_gives_the_labs_curves(case: str, tmp_path: Path) -> None:
    config = experiment(case)
    path, _ = write_script(config, tmp_path / "it.py", "numpy")
    check(config, run_script(path))


@pytest.mark.parametrize("case", CASES)
def test_a_torch_script_gives_the_labs_curves(case: str, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed: see the extra bench")
    config = experiment(case)
    path, _ = write_script(config, tmp_path / "it.py", "torch")
    check(config, run_script(path))


@pytest.mark.parametrize("kind", ["numpy", "torch"])
@pytest.mark.parametrize("case", CASES)
def test_scripts_hold_what_they_need_and_no_more(case: str, kind: Any, tmp_path: Path) -> None:
    text, _ = script(experiment(case), "it", kind)
    compile(text, "it.py", "exec")
    path = tmp_path / "it.py"
    path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "130", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "tversky" not in text
    assert text.count("def adam") == (1 if "adam, " in case else 2 if "adamw" in case else 0) * (
        kind == "numpy"
    )


def test_the_command_writes_both_files_and_overwrites_nothing_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(dump_experiment(experiment("plain")), encoding="utf-8")
    assert lab.cli.main(["script", "mine.toml"]) == 0
    assert capsys.readouterr().out.split() == ["mine_numpy.py", "mine_numpy.npz"]
    assert lab.cli.main(["script", "mine.toml"]) == 2
    assert "exist already" in capsys.readouterr().err
    assert lab.cli.main(["script", "mine.toml", "--force"]) == 0
    assert lab.cli.main(["script", "nothing.toml"]) == 2


def test_a_typed_formula_is_refused_in_words() -> None:
    text = BASE.format(**{**USUAL, "losses": '[[losses]]\nname = "custom"\nformula = "(z - y)**2"'})
    with pytest.raises(ProblemError, match="formula of your own"):
        script(parse_experiment(text), "it", "numpy")


def test_names_with_quotes_and_backslashes_stay_words(tmp_path: Path) -> None:
    config = experiment("plain").model_copy(update={"name": 'A "quoted" \\n name """', "question": "Why?\n"})
    text, _ = script(config, "it", "numpy")
    compile(text, "it.py", "exec")
    assert "A 'quoted'" in text
