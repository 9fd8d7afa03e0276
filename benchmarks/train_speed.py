"""How fast runs train together, and what recording costs.

    python benchmarks/train_speed.py [--rounds N] [--peer]

Prints µs of processor time per run-step (best of the rounds, contenders interleaved in one process, one
BLAS thread: what a busy machine disturbs least) for the shapes of ``benchmarks/README.md``, as they are
recorded in the lab: objective, loss, a gradient norm for each layer and the parameter norm at every step.
``norms`` is the share of the time that the norms take. ``--peer`` puts PyTorch (eager, fused optimiser, no
synchronisation, norms by ``_foreach_norm``, one run at a time) beside it as a ratio.
"""

# ruff: noqa: E402
from __future__ import annotations

import os

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from compute import live_runs
from compute.backend import select_device, versions
from compute.datasets.base import Dataset
from compute.datasets.prepare import Part, PreparedData
from compute.losses import make_loss
from compute.models import MultilayerPerceptron, draw_initial
from compute.optimizers import make_optimizer, make_schedule
from compute.plan import LossGroup, Plan
from compute.training import Training


@dataclass(frozen=True)
class Case:
    """One shape of work."""

    name: str
    sizes: tuple[int, ...]
    batch: int
    runs: int
    optimizer: str
    activation: str
    steps: int


CASES = (
    Case("2-8-8-2, batch 32, SGD", (2, 8, 8, 2), 32, 1, "sgd", "tanh", 1500),
    Case("2-8-8-2, batch 32, SGD", (2, 8, 8, 2), 32, 32, "sgd", "tanh", 600),
    Case("2-8-8-2, batch 32, SGD", (2, 8, 8, 2), 32, 128, "sgd", "tanh", 300),
    Case("64-64-10, batch 64, Adam", (64, 64, 10), 64, 1, "adam", "relu", 1000),
    Case("64-64-10, batch 64, Adam", (64, 64, 10), 64, 8, "adam", "relu", 500),
    Case("64-64-10, batch 64, Adam", (64, 64, 10), 64, 32, "adam", "relu", 200),
    Case("64-256-256-10, batch 256, Adam", (64, 256, 256, 10), 256, 4, "adam", "relu", 40),
    Case("64-10, batch 128, SGD", (64, 10), 128, 32, "sgd", "tanh", 400),
)


def make_plan(case: Case, rows: int = 4096) -> Plan:
    """Random classes; cross-entropy and Brier on halves of the runs, one batch order for each pair."""
    rng = np.random.default_rng(0)
    features, classes = case.sizes[0], case.sizes[-1]
    x = rng.normal(size=(1, rows, features))
    y = rng.integers(0, classes, (1, rows))
    index, clean = np.arange(rows)[None], np.zeros((1, rows), dtype=bool)
    train, none = Part(x, y, index, clean), Part(x[:, :0], y[:, :0], index[:, :0], clean[:, :0])
    dataset = Dataset("random", "classification", x[0], y[0], ("",) * features, ("",) * classes)
    data = PreparedData(
        dataset,
        train,
        none,
        none,
        np.zeros((1, features)),
        np.ones((1, features)),
        np.zeros((1, classes)),
        np.ones((1, classes)),
        np.zeros(1, dtype=np.intp),
        "classification",
        classes,
        "",
    )
    model = MultilayerPerceptron(case.sizes, case.activation)
    seeds = max(1, case.runs // 2)
    losses = ("cross_entropy", "brier") if case.runs > 1 else ("cross_entropy",)
    initial = np.stack([draw_initial(model, "glorot", {}, seed) for seed in range(seeds)] * len(losses))
    return Plan(
        data=data,
        variants=np.zeros(case.runs, dtype=np.intp),
        model=model,
        initial=initial,
        groups=tuple(
            LossGroup(make_loss(name), 1.0, slice(i * seeds, (i + 1) * seeds))
            for i, name in enumerate(losses)
        ),
        optimizer=make_optimizer(case.optimizer),
        schedule=make_schedule("constant", 10**9),
        learning_rates=np.full(case.runs, 1e-3),
        batch_size=case.batch,
        batch_seeds=tuple(range(seeds)) * len(losses),
        steps=10**9,
        evaluate_every=10**9,
        device=select_device("cpu"),
    )


def ours(case: Case) -> Callable[[], float]:
    """Return a round: seconds a run-step."""
    training = Training(make_plan(case))
    training.advance(20)

    def round_() -> float:
        start = time.process_time()
        training.advance(case.steps)
        return (time.process_time() - start) / (case.steps * case.runs)

    return round_


def without_norms(case: Case) -> Callable[[], float]:
    """Return a round in which no norm is computed: what it saves is the cost of recording them."""
    inner = ours(case)
    kept = vars(live_runs)["sum_of_squares"]

    def round_() -> float:
        vars(live_runs)["sum_of_squares"] = lambda *_arguments: None
        try:
            return inner()
        finally:
            vars(live_runs)["sum_of_squares"] = kept

    return round_


def torch_eager(case: Case) -> Callable[[], float] | None:
    """Return a round of PyTorch training one run, or ``None`` without PyTorch."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    data = make_plan(case).data.train
    x = torch.tensor(data.inputs[0], dtype=torch.float32)
    y = torch.tensor(data.targets[0])
    units: list[torch.nn.Module] = []
    for fan_in, fan_out in zip(case.sizes, case.sizes[1:], strict=False):
        units += [
            torch.nn.Linear(fan_in, fan_out),
            torch.nn.Tanh() if case.activation == "tanh" else torch.nn.ReLU(),
        ]
    net = torch.nn.Sequential(*units[:-1])
    parameters = list(net.parameters())
    if case.optimizer == "adam":
        optimizer: torch.optim.Optimizer = torch.optim.Adam(parameters, lr=1e-3, fused=True)
    else:
        optimizer = torch.optim.SGD(parameters, lr=1e-3, fused=True)
    criterion = torch.nn.CrossEntropyLoss()
    steps = max(10, case.steps // 4)
    order = torch.randperm(len(x))

    def round_() -> float:
        records = []
        start = time.process_time()
        for step in range(steps):
            at = (step * case.batch) % (len(x) - case.batch)
            index = order[at : at + case.batch]
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(net(x[index]), y[index])
            loss.backward()
            records.append(
                (loss.detach(), torch._foreach_norm([p.grad for p in parameters if p.grad is not None]))
            )
            optimizer.step()
        return (time.process_time() - start) / steps

    round_()
    return round_


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--peer", action="store_true", help="put PyTorch beside it")
    options = parser.parse_args()
    core = os.environ.get("OPENBLAS_CORETYPE", "chosen by OpenBLAS")
    print(", ".join(f"{name} {version}" for name, version in versions().items()), f"| BLAS core: {core}")
    print(
        f"{'shape':32} {'R':>4} {'µs/run-step':>12} {'norms':>10}" + ("   torch/ours" if options.peer else "")
    )
    for case in CASES:
        contenders: dict[str, Callable[[], float]] = {"ours": ours(case), "bare": without_norms(case)}
        peer = torch_eager(case) if options.peer else None
        if peer:
            contenders["peer"] = peer
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(options.rounds):
            for name, contender in contenders.items():
                times[name].append(contender())
        best = {name: 1e6 * min(values) for name, values in times.items()}
        cost = 1 - best["bare"] / best["ours"]
        line = f"{case.name:32} {case.runs:4d} {best['ours']:12.2f} {100 * cost:8.1f} %"
        if peer:
            line += f" {best['peer'] / best['ours']:10.1f}×"
        print(line, flush=True)


if __name__ == "__main__":
    main()
