"""How a NumPy script trains: read together with the constants that the script begins with."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

Array = Any

# A script defines these above; here they stand for an experiment of one linear model.
DATA: Any = {}
SIZES: dict[str, tuple[int, ...]] = {}
LOSSES: dict[str, dict[str, Any]] = {}
SEEDS: tuple[int, ...] = ()
VARIANT_OF_SEED: tuple[int, ...] = ()
STEPS = EVALUATE_EVERY = TOGETHER = WARMUP = 0
BATCH: int | None = None
L1 = L2 = 0.0
CLIP: float | None = None
DIVERGENCE = 1e4
TARGET: tuple[str, float] | None = None
PLATEAU: tuple[str, int, float] | None = None
SCORES = ("accuracy",)


def activate(z: Array) -> tuple[Array, Array]:
    """Return what a hidden layer makes of z, and its slope."""
    raise NotImplementedError


def update(w: Array, g: Array, rate: float, state: dict[str, Any]) -> Array:
    """Return the parameters after one update."""
    raise NotImplementedError


def schedule(k: int) -> float:
    """Return the factor on the learning rate, k updates after the warm-up."""
    raise NotImplementedError


def batch_rows(seed: int, step: int, count: int, batch: int | None, together: int) -> Array:
    """Return the rows of a batch."""
    raise NotImplementedError


def evaluate(outputs: Array, targets: Array, predictions: Array, link: str) -> dict[str, float]:
    """Return the shared metrics."""
    raise NotImplementedError


def predict(outputs: Array, link: str, width: int, largest: float = 1.0) -> Array:
    """Return what a link makes of raw outputs."""
    raise NotImplementedError


def layers_of(w: Array, sizes: tuple[int, ...]) -> list[Array]:
    """Return each layer's weights with the biases as last row: views of the flat parameters."""
    layers, start = [], 0
    for below, above in pairwise(sizes):
        stop = start + (below + 1) * above
        layers.append(w[start:stop].reshape(below + 1, above))
        start = stop
    return layers


def forward(x: Array, layers: list[Array]) -> tuple[Array, list[Array], list[Array]]:
    """Return raw outputs, what goes into each layer, and the slopes of the hidden layers."""
    inputs, slopes = [x], []
    for layer in layers[:-1]:
        a, slope = activate(inputs[-1] @ layer[:-1] + layer[-1])
        inputs.append(a)
        slopes.append(slope)
    return inputs[-1] @ layers[-1][:-1] + layers[-1][-1], inputs, slopes


def objective_and_gradient(w: Array, x: Array, y: Array, loss: dict[str, Any]) -> tuple[float, float, Array]:
    """Return mean loss, objective (with penalty) and the objective's gradient in all parameters."""
    layers = layers_of(w, loss["sizes"])
    outputs, inputs, slopes = forward(x, layers)
    values, delta = loss["function"](outputs, y, **loss["parameters"])
    delta = loss["scale"] * delta / len(x)
    gradient = np.zeros_like(w)
    parts = layers_of(gradient, loss["sizes"])
    for number in range(len(layers) - 1, -1, -1):
        parts[number][:-1] = inputs[number].T @ delta
        parts[number][-1] = delta.sum(axis=0)
        if number:
            delta = delta @ layers[number][:-1].T * slopes[number - 1]
    value = float(loss["scale"] * values.mean())
    penalty = 0.0
    for part, layer in zip(parts, layers, strict=True):
        weights = layer[:-1]
        penalty += L1 * np.abs(weights).sum() + L2 / 2 * (weights**2).sum()
        part[:-1] += L1 * np.sign(weights) + L2 * weights
    return value, value + penalty, gradient


def measure(w: Array, variant: int, loss: dict[str, Any]) -> dict[str, float]:
    """Return the shared metrics on the training and the validation part."""
    found = {}
    for part in ("train", "validation"):
        rows = DATA[f"{part}_rows"]
        if len(rows):
            outputs, _, _ = forward(DATA[f"{part}_inputs"][variant][rows], layers_of(w, loss["sizes"]))
            predictions = predict(outputs, loss["link"], loss["width"], loss["largest"])
            targets = DATA[f"{part}_targets"][variant][rows]
            metrics = evaluate(outputs, targets, predictions, loss["link"])
            found.update({f"{part}_{name}": value for name, value in metrics.items()})
    return found


def train(loss: dict[str, Any], number: int) -> dict[str, list[tuple[int, float]]]:
    """Train one loss from one seed; return each metric's (updates done, value)."""
    seed, variant = SEEDS[number], VARIANT_OF_SEED[number]
    w = DATA[loss["initial"]][number].astype(np.float64)
    x, y = DATA["train_inputs"][variant], DATA[loss["targets"]][variant]
    curves: dict[str, list[tuple[int, float]]] = {}
    state: dict[str, Any] = {}
    best, waited, first = np.inf, 0, 0.0
    for k in range(STEPS + 1):
        if k % EVALUATE_EVERY == 0 or k == STEPS:
            metrics = measure(w, variant, loss)
            for name, value in metrics.items():
                curves.setdefault(name, []).append((k, value))
            if TARGET and reached(metrics[TARGET[0]], TARGET):
                break
            if PLATEAU:
                value = metrics[PLATEAU[0]] * (-1 if PLATEAU[0].endswith(SCORES) else 1)
                better = value < best - PLATEAU[2] or (np.isinf(best) and np.isfinite(value))
                best, waited = (value, 0) if better else (best, waited + 1)
                if waited >= PLATEAU[1]:
                    break
        if k == STEPS:
            break
        rows = batch_rows(seed, k, len(x), BATCH, TOGETHER)
        value, objective, gradient = objective_and_gradient(w, x[rows], y[rows], loss)
        norm = float(np.linalg.norm(gradient))
        rate = loss["rate"] * ((k + 1) / WARMUP if k < WARMUP else schedule(k - WARMUP))
        for name, number_ in (
            ("loss", value),
            ("objective", objective),
            ("gradient_norm", norm),
            ("parameter_norm", float(np.linalg.norm(w))),
            ("learning_rate", rate),
        ):
            curves.setdefault(name, []).append((k, number_))
        first = objective if k == 0 else first
        if not np.isfinite([objective, norm]).all() or objective > DIVERGENCE * max(1.0, first):
            break  # diverged
        if CLIP is not None and norm > CLIP:
            gradient = gradient * (CLIP / norm)
        w = update(w, gradient, rate, state)
    return curves


def reached(value: float, target: tuple[str, float]) -> bool:
    """Return whether a metric is where it should be."""
    return value >= target[1] if target[0].endswith(SCORES) else value <= target[1]


def main() -> None:
    """Train every loss from every seed, print how they end, and write all curves beside this script."""
    path = Path(__file__).with_suffix(".csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["loss", "seed", "metric", "step", "value"])
        for label, loss in LOSSES.items():
            for number, seed in enumerate(SEEDS):
                curves = train(loss, number)
                for name, points in curves.items():
                    writer.writerows([label, seed, name, k, repr(float(value))] for k, value in points)
                ends = [f"{name} {points[-1][1]:.4g}" for name, points in curves.items() if "_" in name]
                print(f"{label}, seed {seed}: {', '.join(ends)}", flush=True)
    print(f"All curves are in {path}")
