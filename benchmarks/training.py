"""How fast runs train together and alone, against PyTorch, JAX and scikit-learn, and what recording costs.

    python benchmarks/training.py [--json FILE] [--quick] [--check]

Every contender is a process of its own with one thread, all on the same core; they take turns in shuffled
rounds. A ratio is that of two turns of one round, in seconds of processor time a run-step (one update of one
run); the table holds the median of the rounds and the smallest and largest. ``--check`` shows instead that
all contenders do the same: the losses and gradient norms of the first 30 steps.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.contenders import Spec
from benchmarks.machine import describe
from benchmarks.measurement import Measurement, measured, print_rows, ratios, save, skipped
from benchmarks.nets import product_flops
from benchmarks.race import Result, race, started, usable_cores
from benchmarks.table import number
from compute.losses import LOSSES
from lab.bench_plan import DG

AREA = "training"
CHECKED_STEPS = 30
AGREE = 3e-4
"""Largest relative difference of losses: float32 and kinks of the ReLU let them part by about 1e-4."""

BASE_LOSS = "cross_entropy"
RACED_TOGETHER = 8
"""Losses whose processes are there at the same time, beside that of the base."""

PEAK_SIZES = (1024, 2048)
SMALL_RATE = 1e-4
"""Learning rate where losses are compared: none of them diverges, whatever its scale."""

NAMES = {
    "ours": "NumPy",
    "own": "NumPy on own batches",
    "fast": "fast",
    "torch": "PyTorch eager",
    "jax": "JAX scan",
    "sklearn": "scikit-learn fit",
}


@dataclass(frozen=True)
class Target:
    """Two contenders of one race and what their ratio should be.

    ``at_least`` is for peer / ours, how many times faster ours is; ``at_most`` for ours / peer, how much of
    the peer's time ours takes. With neither, ours / peer is only told.
    """

    ours: str
    peer: str
    at_least: float | None = None
    at_most: float | None = None


def contenders(net: str) -> dict[str, Spec]:
    """Return the contenders of a net's race: "KIND RUNS" → what to start."""
    core = usable_cores()[:1]
    many = 4 if net == "bg" else 32
    specs = {"ours 1": Spec("ours", net, 1), "torch 1": Spec("torch", net, 1)}
    if net != "sm":
        specs["jax 1"] = Spec("jax", net, 1)
    if net != "lr":
        specs[f"ours {many}"] = Spec("ours", net, many)
        specs[f"own {many}"] = Spec("ours", net, many, {"own_orders": True})
        specs[f"fast {many}"] = Spec("ours", net, many, {"kernels": "compiled"})
        specs[f"jax {many}"] = Spec("jax", net, many)
    if net in ("pg", "dg", "bg"):
        specs["fast 1"] = Spec("ours", net, 1, {"kernels": "compiled"})
        specs["sklearn 1"] = Spec("sklearn", net, 1)
    return {name: _on(spec, core) for name, spec in specs.items()}


TARGETS = {
    "pg": (
        Target("ours 32", "torch 1", at_least=100),
        Target("ours 32", "jax 32", at_least=1.2),
        Target("own 32", "ours 32"),
        Target("fast 32", "jax 32", at_least=1.7),
        Target("fast 1", "jax 1", at_most=1.0),
        Target("ours 1", "jax 1", at_most=3.0),
        Target("ours 1", "torch 1", at_least=10),
        Target("ours 1", "sklearn 1", at_least=5),
    ),
    "dg": (
        Target("ours 32", "torch 1", at_least=12),
        Target("ours 32", "jax 32", at_least=1.2),
        Target("own 32", "ours 32"),
        Target("fast 32", "jax 32", at_least=1.7),
        Target("fast 1", "jax 1", at_most=1.0),
        Target("ours 1", "jax 1", at_most=2.0),
        Target("ours 1", "torch 1", at_least=5),
        Target("ours 1", "sklearn 1", at_least=4),
    ),
    "sm": (
        Target("ours 32", "torch 1", at_least=25),
        Target("ours 32", "jax 32", at_least=1.2),
        Target("own 32", "ours 32"),
        Target("fast 32", "jax 32", at_least=1.7),
    ),
    "bg": (
        Target("ours 4", "torch 1", at_least=1.5),
        Target("ours 4", "jax 4", at_least=1.0),
        Target("own 4", "ours 4"),
        Target("fast 4", "jax 4"),
        Target("fast 1", "jax 1", at_most=1.0),
        Target("ours 1", "jax 1", at_most=1.1),
        Target("ours 1", "torch 1"),
        Target("ours 1", "sklearn 1"),
    ),
    "lr": (Target("ours 1", "jax 1", at_most=0.85), Target("ours 1", "torch 1")),
}


def _on(spec: Spec, cores: tuple[int, ...]) -> Spec:
    return Spec(spec.kind, spec.net, spec.runs, spec.options, cores)


def compare(net: str, target: Target, result: Result) -> Measurement:
    """Return the row of two contenders."""
    (ours, runs), (peer, _) = target.ours.split(), target.peer.split()
    pair = (
        f"{NAMES[peer]} / {NAMES[ours]}" if target.at_least is not None else f"{NAMES[ours]} / {NAMES[peer]}"
    )
    name = f"{net}, {'1 run' if runs == '1' else f'{runs} runs'}: {pair}"
    targets = {"at_least": target.at_least, "at_most": target.at_most}
    for contender in (target.ours, target.peer):
        if contender in result.absent:
            return skipped(AREA, name, result.absent[contender], **targets)
    mine, theirs = result.seconds[target.ours], result.seconds[target.peer]
    values = ratios(theirs, mine) if target.at_least is not None else ratios(mine, theirs)
    figures = [(ours, mine), (peer, theirs)]
    note = ", ".join(f"{NAMES[who]} {number(1e6 * statistics.median(s))} µs" for who, s in figures)
    return measured(AREA, name, values, **targets, note=note)


def peak_shares(result: Result) -> list[Measurement]:
    """Return the share of the measured sgemm peak that whole dg steps reach."""
    flops = product_flops(DG)
    sizes = [n for n in PEAK_SIZES if f"sgemm {n}" in result.seconds]
    peaks = [
        max(2.0 * n**3 / result.seconds[f"sgemm {n}"][turn] for n in sizes)
        for turn in range(len(result.seconds[f"sgemm {sizes[0]}"]))
    ]
    rows = []
    for kind, at_least in (("ours", None), ("fast", 55.0)):
        name = f"dg, 32 runs: whole step, {NAMES[kind]}, of sgemm's peak"
        if (contender := f"{kind} 32") in result.absent:
            rows.append(skipped(AREA, name, result.absent[contender], unit="%", at_least=at_least))
            continue
        shares = [
            100 * flops / seconds / peak
            for seconds, peak in zip(result.seconds[contender], peaks, strict=True)
        ]
        note = f"peak {statistics.median(peaks) / 1e9:.0f} GFLOP/s"
        rows.append(measured(AREA, name, shares, unit="%", at_least=at_least, note=note))
    return rows


def speed_rows(rounds: int, seconds: float) -> list[Measurement]:
    """Race every net."""
    rows = []
    for net in TARGETS:
        specs = contenders(net)
        if net == "dg":
            for size in PEAK_SIZES:
                spec = Spec("sgemm", net, 1, {"size": size}, usable_cores()[:1])
                specs[f"sgemm {size}"] = spec
        result = race(specs, rounds, seconds)
        found = [compare(net, target, result) for target in TARGETS[net]]
        if net == "dg":
            found += peak_shares(result)
        print_rows(found)
        rows += found
    return rows


def cost_rows(rounds: int, seconds: float) -> list[Measurement]:
    """Measure what recording norms and what Adam cost, on the dg net with 32 runs."""
    core = usable_cores()[:1]
    specs = {
        "adam": Spec("ours", "dg", 32, {}, core),
        "bare": Spec("ours", "dg", 32, {"norms": False}, core),
        "sgd": Spec("ours", "dg", 32, {"optimizer": "sgd"}, core),
    }
    taken = race(specs, rounds, seconds).seconds
    costs = [100 * (1 - bare / full) for full, bare in zip(taken["adam"], taken["bare"], strict=True)]
    rows = [
        measured(
            AREA, "dg, 32 runs: share of a step that recording norms takes", costs, unit="%", at_most=10
        ),
        measured(AREA, "dg, 32 runs: Adam / SGD", ratios(taken["adam"], taken["sgd"]), at_most=1.4),
    ]
    print_rows(rows)
    return rows


def loss_spec(name: str) -> Spec:
    """Return what trains dg with 32 runs on a loss: on classes, or on numbers where the loss takes them.

    There are ten outputs either way: ten columns of numbers, or five where a scale is learned.
    """
    card = LOSSES[name]
    numbers = DG.sizes[-1] // card.outputs_per_target if "regression" in card.tasks else 0
    options = {"loss": name, "numbers": numbers, "learning_rate": SMALL_RATE}
    return Spec("ours", "dg", 32, options, usable_cores()[:1])


def loss_row(rounds: int, seconds: float, losses: Sequence[str]) -> Measurement:
    """Race losses against cross-entropy on the dg net with 32 runs and return the dearest."""
    found: dict[str, list[float]] = {}
    for start in range(0, len(losses), RACED_TOGETHER):
        specs = {name: loss_spec(name) for name in (BASE_LOSS, *losses[start : start + RACED_TOGETHER])}
        taken = race(specs, rounds, seconds).seconds
        base = taken.pop(BASE_LOSS)
        found |= {name: ratios(own, base) for name, own in taken.items()}
    ranked = sorted(found, key=lambda name: -statistics.median(found[name]))
    dearest = ", ".join(f"{name} {statistics.median(found[name]):.2f}" for name in ranked[:5])
    row = measured(
        AREA,
        f"dg, 32 runs: step of the dearest of {len(found)} losses / cross-entropy's",
        found[ranked[0]],
        at_most=2,
        note=dearest,
    )
    print_rows([row])
    return row


def check(nets: Sequence[str]) -> bool:
    """Print how far each contender's first losses and norms are from ours; return whether all agree."""
    fine = True
    for net in nets:
        with started(contenders(net)) as processes:
            found = {}
            for name, process in processes.items():
                if process.absent:
                    print(f"{net} {name:10} skipped: {process.absent}")
                    continue
                process.order(f"check {CHECKED_STEPS}")
                if answer := process.answer():
                    found[name] = {key: np.array(values) for key, values in answer.items()}
        for name, record in found.items():
            if name.startswith("own"):
                continue
            runs = record["losses"].shape[1]
            reference = found["ours 1" if runs == 1 else f"ours {runs}"]
            far = {
                key: float(np.max(np.abs(record[key] / reference[key] - 1))) for key in ("losses", "norms")
            }
            fine &= far["losses"] < AGREE
            words = ", ".join(f"{key} within {value:.1e}" for key, value in far.items())
            print(f"{net} {name:10} {words}", flush=True)
    return fine


def main() -> int:
    """Print the rows of training."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="write the rows there")
    parser.add_argument("--quick", action="store_true", help="few short rounds, and not every loss")
    parser.add_argument("--check", action="store_true", help="show that all contenders do the same")
    options = parser.parse_args()
    print(describe(), flush=True)
    if options.check:
        return 0 if check(list(TARGETS)) else 1
    rounds, seconds = (3, 0.05) if options.quick else (11, 0.15)
    rows = speed_rows(rounds, seconds)
    rows += cost_rows(2 * rounds, 2 * seconds)
    losses = [name for name in LOSSES if name != BASE_LOSS]
    rows.append(loss_row(3 if options.quick else 7, seconds / 2, losses[::8] if options.quick else losses))
    if options.json:
        save(rows, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
