"""How a PyTorch script trains: read together with the constants that the script begins with."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import torch

# What a script defines itself, or takes from the NumPy program, where it stands for an experiment.
from lab.scripts.numpy_program import (
    BATCH,
    CLIP,
    DATA,
    DIVERGENCE,
    EVALUATE_EVERY,
    L1,
    L2,
    PLATEAU,
    SCORES,
    SEEDS,
    STEPS,
    TARGET,
    TOGETHER,
    VARIANT_OF_SEED,
    WARMUP,
    batch_rows,
    evaluate,
    predict,
    reached,
    schedule,
)

Array = Any
ACTIVATION: Any = None


def make_optimizer(parameters: Any) -> Any:
    """Return PyTorch's own optimiser."""
    raise NotImplementedError


def make_model(sizes: tuple[int, ...], initial: Array) -> Any:
    """Return a perceptron with the lab's initial weights."""
    layers: list[Any] = []
    start = 0
    for below, above in pairwise(sizes):
        linear = torch.nn.Linear(below, above)
        part = torch.tensor(initial[start : start + (below + 1) * above]).reshape(below + 1, above)
        start += (below + 1) * above
        with torch.no_grad():
            linear.weight.copy_(part[:-1].T)
            linear.bias.copy_(part[-1])
        layers += [linear, ACTIVATION()]
    return torch.nn.Sequential(*layers[:-1])


def objective_of(model: Any, x: Any, y: Any, loss: dict[str, Any]) -> tuple[Any, Any]:
    """Return mean loss and objective: the penalty is on weights, not on biases."""
    value = loss["scale"] * loss["function"](model(x), y, **loss["parameters"]).mean()
    weights = [layer.weight for layer in model if isinstance(layer, torch.nn.Linear)]
    penalty = sum(L1 * w.abs().sum() + L2 / 2 * (w**2).sum() for w in weights)
    return value, value + penalty


def measure(model: Any, variant: int, loss: dict[str, Any]) -> dict[str, float]:
    """Return the shared metrics on the training and the validation part."""
    found = {}
    for part in ("train", "validation"):
        rows = DATA[f"{part}_rows"]
        if len(rows):
            with torch.no_grad():
                outputs = model(torch.tensor(DATA[f"{part}_inputs"][variant][rows])).numpy()
            predictions = predict(outputs, loss["link"], loss["width"], loss["largest"])
            targets = DATA[f"{part}_targets"][variant][rows]
            metrics = evaluate(outputs, targets, predictions, loss["link"])
            found.update({f"{part}_{name}": value for name, value in metrics.items()})
    return found


def length(tensors: Any) -> float:
    """Return the L2 norm over all tensors together."""
    return float(torch.sqrt(sum((t**2).sum() for t in tensors)))


def train(loss: dict[str, Any], number: int) -> dict[str, list[tuple[int, float]]]:
    """Train one loss from one seed; return each metric's (updates done, value)."""
    seed, variant = SEEDS[number], VARIANT_OF_SEED[number]
    model = make_model(loss["sizes"], DATA[loss["initial"]][number].astype(np.float64))
    optimizer = make_optimizer(model.parameters())
    x = torch.tensor(DATA["train_inputs"][variant])
    y = torch.tensor(DATA[loss["targets"]][variant])
    curves: dict[str, list[tuple[int, float]]] = {}
    best, waited, first = np.inf, 0, 0.0
    for k in range(STEPS + 1):
        if k % EVALUATE_EVERY == 0 or k == STEPS:
            metrics = measure(model, variant, loss)
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
        rows = torch.tensor(batch_rows(seed, k, len(x), BATCH, TOGETHER))
        value, objective = objective_of(model, x[rows], y[rows], loss)
        optimizer.zero_grad()
        objective.backward()
        norm = length(p.grad for p in model.parameters())
        rate = loss["rate"] * ((k + 1) / WARMUP if k < WARMUP else schedule(k - WARMUP))
        for name, number_ in (
            ("loss", float(value)),
            ("objective", float(objective)),
            ("gradient_norm", norm),
            ("parameter_norm", length(p.detach() for p in model.parameters())),
            ("learning_rate", rate),
        ):
            curves.setdefault(name, []).append((k, number_))
        first = float(objective) if k == 0 else first
        if not np.isfinite([float(objective), norm]).all() or float(objective) > DIVERGENCE * max(1.0, first):
            break  # diverged
        if CLIP is not None and norm > CLIP:
            for p in model.parameters():
                p.grad *= CLIP / norm
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
    return curves
