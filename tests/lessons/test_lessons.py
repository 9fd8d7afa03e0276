"""Known results of the literature and of exact recurrences, from experiment files through the command line.

The numbers are those of an independent calculation in plain float64; they are written here as they came
out of it and are not to be adjusted to the program.
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

import lab.cli

ROOT = Path(__file__).parents[2]
LESSONS = ROOT / "lab" / "lessons" / "catalogue"


@dataclass(frozen=True)
class Written:
    """What a run wrote, read back from the files alone."""

    folder: Path

    def curves(self, metric: str) -> dict[tuple[str, int], tuple[NDArray[np.int64], NDArray[np.float64]]]:
        """Return (loss, seed) → (steps, values) of a metric, from the long CSV."""
        table = (
            pl.scan_csv(self.folder / "curves_long.csv", schema_overrides={"value": pl.Float64})
            .filter(pl.col("metric") == metric)
            .select("loss", "seed", "step", "value")
            .collect()
        )
        return {
            (str(loss), int(seed)): (part["step"].to_numpy(), part["value"].to_numpy())
            for (loss, seed), part in table.group_by(["loss", "seed"], maintain_order=True)
        }

    def one(self, metric: str, loss: str, seed: int = 0) -> dict[int, float]:
        """Return step → value of one run."""
        steps, values = self.curves(metric)[loss, seed]
        return dict(zip(steps.tolist(), values.tolist(), strict=True))

    @property
    def results(self) -> dict[str, object]:
        """Return results.json."""
        found: dict[str, object] = json.loads((self.folder / "results.json").read_text(encoding="utf-8"))
        return found


def run(name: str, folder: Path, *settings: str) -> Written:
    """Run a lesson's file in this process."""
    arguments = ["run", str(LESSONS / f"{name}.toml"), "--out", str(folder), "--quiet", "--device", "cpu"]
    assert lab.cli.main([*arguments, *(["--set", *settings] if settings else [])]) == 0
    return Written(folder)


# --- lesson 1: one sigmoid neuron, input 1, target 0 ------------------------------------------------
QUADRATIC = {
    "0.6, 0.9": {0: 0.817574, 50: 0.387010, 100: 0.210996, 150: 0.152740, 200: 0.123747, 300: 0.093956},
    "2.0, 2.0": {0: 0.982014, 50: 0.975933, 100: 0.964131, 150: 0.933417, 200: 0.788736, 250: 0.357212,
                 300: 0.202848},
}  # fmt: skip
CROSS_ENTROPY = {"0.6, 0.9": {50: 0.079215, 300: 0.011638}, "2.0, 2.0": {50: 0.098504, 300: 0.012009}}
SLOW = {"0.6, 0.9": {300: 0.417679}, "2.0, 2.0": {300: 0.779587}}
BELOW_HALF = {
    "0.6, 0.9": {"quadratic": 36, "CE": 8},
    "2.0, 2.0": {"quadratic": 232, "CE": 17},
}
WEIGHT_AND_BIAS = {"0.6, 0.9": (-1.283132, -0.983132), "2.0, 2.0": (-0.684293, -0.684293)}


@pytest.mark.parametrize("start", ["0.6, 0.9", "2.0, 2.0"])
def test_lesson_1_the_slow_learner(tmp_path: Path, start: str) -> None:
    written = run("slow_learner/neuron", tmp_path, f"model.initializer.values=[{start}]")
    outputs: dict[str, dict[int, float]] = {}
    for loss, expected in (
        ("quadratic", QUADRATIC[start]),
        ("CE", CROSS_ENTROPY[start]),
        ("CE slow", SLOW[start]),
    ):
        # Two classes with probabilities (1 − a, a) and target class 0: the absolute error is 2a.
        outputs[loss] = {step: value / 2 for step, value in written.one("train_mae", loss).items()}
        for step, value in expected.items():
            assert outputs[loss][step] == pytest.approx(value, abs=1e-6), (loss, step)
    for loss, step in BELOW_HALF[start].items():
        assert min(k for k, a in outputs[loss].items() if a < 0.5) == step
    # The run's own loss is ½ a², with its factor.
    own = written.one("train_loss", "quadratic")
    assert own[300] == pytest.approx(QUADRATIC[start][300] ** 2 / 2, abs=1e-6)
    norm = written.one("parameter_norm", "quadratic")
    assert norm[300] == pytest.approx(math.hypot(*WEIGHT_AND_BIAS[start]), abs=1e-6)


def test_the_gradient_of_the_quadratic_is_a_hump_and_that_of_cross_entropy_falls(tmp_path: Path) -> None:
    written = run("slow_learner/neuron", tmp_path, "model.initializer.values=[2.0, 2.0]")
    hump = np.array(list(written.one("gradient_norm", "quadratic").values()))
    falling = np.array(list(written.one("gradient_norm", "CE").values()))
    assert 100 < hump.argmax() < 280
    assert (np.diff(falling) < 0).all()
    # a (1 − a) a √2 with a = σ(4): the exact first gradient.
    a = 1 / (1 + math.exp(-4))
    assert hump[0] == pytest.approx(a * a * (1 - a) * math.sqrt(2), rel=1e-6)
    assert falling[0] == pytest.approx(a * math.sqrt(2), rel=1e-6)


# --- lesson 2: one logit at the wrong end ---------------------------------------------------------
STEPS_TO_HALF = {
    -2: {"CE": 3, "½ SE": 16, "MAE": 12},
    -4: {"CE": 5, "½ SE": 71, "MAE": 64},
    -6: {"CE": 7, "½ SE": 426, "MAE": 418},
    -8: {"CE": 9, "½ SE": 3011, "MAE": 3001},
    -10: {"CE": 11, "½ SE": 22063, "MAE": 22051},
}


@pytest.mark.parametrize("start", STEPS_TO_HALF)
def test_lesson_2_stuck_at_the_wrong_end(tmp_path: Path, start: int) -> None:
    settings = f"model.initializer.values=[0.0, {start}.0]", "training.steps=30000"
    written = run("wrong_end/logit", tmp_path, *settings)
    found = {}
    for (loss, _), (steps, values) in written.curves("train_accuracy").items():
        found[loss] = int(steps[values >= 1.0][0])
        assert steps[-1] == found[loss], "the run ends where the target is reached"
        assert (values[:-1] == 0).all()
    assert found == STEPS_TO_HALF[start]
    rows = written.results["summary"]["losses"]  # type: ignore[index]
    assert {row["label"]: row["median_steps_to_target"] for row in rows} == STEPS_TO_HALF[start]


@pytest.mark.parametrize(
    ("loss", "integral"),
    [
        ("½ SE", lambda z: 3 * z - math.exp(-z) + 3 * math.exp(z) + math.exp(2 * z) / 2),
        ("MAE", lambda z: 2 * z + math.exp(z) - math.exp(-z)),
    ],
)
def test_lesson_2_follows_the_gradient_flow(loss: str, integral: object) -> None:
    """The exact steps above lie within 1 % of the continuous flow for starts from −6 on."""
    for start in (-6, -8, -10):
        time = integral(0.0) - integral(float(start))  # type: ignore[operator]
        assert STEPS_TO_HALF[start][loss] == pytest.approx(time, rel=0.01)


# --- lesson 3: the race on digits at one learning rate ---------------------------------------------
def test_lesson_3_sum_over_classes_against_cross_entropy(tmp_path: Path) -> None:
    written = run("digits_race/race", tmp_path)
    data = written.results["data"]
    assert (data["train"], data["validation"]) == (1437, 360)  # type: ignore[index]
    epochs: dict[str, list[float]] = {}
    for (loss, _), (steps, values) in written.curves("validation_accuracy").items():
        assert steps[-1] == 60 * 45
        reached = steps[values >= 0.95]
        epochs.setdefault(loss, []).append(reached[0] / 45 if len(reached) else math.inf)
    assert {loss: len(found) for loss, found in epochs.items()} == dict.fromkeys(
        ("CE", "SE", "SE mean", "MAE"), 20
    )
    median = {loss: float(np.median(found)) for loss, found in epochs.items()}
    assert 1.5 <= median["SE"] / median["CE"] <= 2.6
    assert 7 <= median["CE"] <= 12.5
    assert 15 <= median["SE"] <= 23
    assert sum(math.isfinite(epoch) for epoch in epochs["SE mean"]) <= 1
    assert median["MAE"] > median["SE"]


def test_lesson_3_a_factor_is_a_factor_on_the_learning_rate(tmp_path: Path) -> None:
    written = run("digits_race/scale", tmp_path)
    for metric in ("validation_accuracy", "validation_nll", "train_brier", "validation_mae"):
        curves = written.curves(metric)
        for seed in (0, 1):
            (steps, summed), (other, mean) = curves["SE", seed], curves["SE mean", seed]
            np.testing.assert_array_equal(steps, other)
            assert len(steps) == 10
            np.testing.assert_allclose(mean, summed, rtol=0, atol=1e-9)
    summed, mean = (written.one("train_loss", loss) for loss in ("SE", "SE mean"))
    for step, value in summed.items():
        assert mean[step] == pytest.approx(value / 10, abs=1e-9)


# --- lesson 8: the gradient that never shrinks -----------------------------------------------------
BEST = {"MSE": 0.48225158, "MAE": 0.55893882}
EXCESS = {
    "MSE": {100: 2.685e-3, 1000: 1.226e-4},
    "MAE": {100: 2.240e-3, 1000: 4.899e-4, 10_000: 1.770e-4},
}


def test_lesson_8_the_gradient_that_never_shrinks(tmp_path: Path) -> None:
    """Run as a person does, in a process of its own, with figures."""
    main = [sys.executable, str(ROOT / "main.py"), "run", str(LESSONS / "never_shrinks" / "diabetes.toml")]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [*main, "--out", str(tmp_path / "out"), "--device", "cpu"],
        capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "MAE" in done.stdout
    written = Written(tmp_path / "out")
    for loss, expected in EXCESS.items():
        losses = written.one("train_loss", loss)
        for step, excess in expected.items():
            assert losses[step] - BEST[loss] == pytest.approx(excess, abs=2e-7 + 5e-4 * excess), (loss, step)
    assert written.one("train_loss", "MSE")[10_000] == pytest.approx(BEST["MSE"], abs=1e-8)
    norms = {loss: written.one("gradient_norm", loss)[10_000] for loss in BEST}
    assert norms["MSE"] < 1e-8
    assert norms["MAE"] > 1e-2
    for name in ("plots.png", "plots.svg", "metric.png", "objective.svg"):
        assert (tmp_path / "out" / name).stat().st_size > 1000
