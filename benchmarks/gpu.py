"""Many small nets on a GPU: the kernels of the lab against JAX on the same GPU, and against NumPy.

    python benchmarks/gpu.py [--json FILE] [--quick]

The net is 64-64-10 with ReLU, batches of 64, Adam, cross-entropy; losses and norms are recorded at every
step. All contenders train the same data from the same initial weights on the same batches in float32, with
TF32 off on both sides. Each is a process of its own that waits for its turn; the time is the clock's, until
all that was asked for is computed, over updates times runs. Without a GPU every row says why there is no
number.
"""

# ruff: noqa: E402
from __future__ import annotations

import os

for _name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(_name, None)  # they override what OpenBLAS would choose for the processor
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[_name] = "1"

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measurement import Measurement, measured, print_rows, ratios, save, skipped
from compute.backend import select_device
from compute.datasets.base import Dataset
from compute.datasets.prepare import Part, PreparedData
from compute.gpu.choice import why_arrays
from compute.losses import make_loss
from compute.models import MultilayerPerceptron, draw_initial
from compute.optimizers import make_optimizer, make_schedule
from compute.plan import LossGroup, Plan
from compute.seeding import stream
from compute.training import Training

ROOT = Path(__file__).resolve().parent.parent
MODEL = MultilayerPerceptron((64, 64, 10), "relu")
ROWS, BATCH, RATE = 4096, 64, 1e-3
SCAN = 128
"""Updates of one call of JAX's compiled scan: the two epochs whose orders the lab draws together."""

CPU_RUNS = 32
"""Runs that NumPy trains at once: more are not faster a run."""

TARGETS = {128: 3.0, 1024: 1.0}
"""Runs at once → how many times JAX's speed is wanted."""

CPU_TARGET = 50.0


class AbsentError(Exception):
    """A contender cannot be measured here; the message says why."""


def numbers() -> tuple[NDArray[Any], NDArray[Any]]:
    """Return inputs (n, D) and classes (n,)."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(ROWS, MODEL.sizes[0])), rng.integers(0, MODEL.sizes[-1], ROWS)


def initial(runs: int) -> NDArray[Any]:
    """Return initial parameters (R, P)."""
    return np.stack([draw_initial(MODEL, "glorot", {}, seed) for seed in range(runs)])


def ours(runs: int, device: str) -> Callable[[int], None]:
    """Return the lab's training on a device: a function that does so many updates of all runs.

    Raises
    ------
    AbsentError
        If there is no such device, or it would not train with its kernels.
    """
    inputs, classes = numbers()
    x, y, index = inputs[None], classes[None], np.arange(ROWS)[None]
    train = Part(x, y, index, np.zeros((1, ROWS), dtype=bool))
    none = Part(x[:, :0], y[:, :0], index[:, :0], train.corrupted[:, :0])
    features, outputs = MODEL.sizes[0], MODEL.sizes[-1]
    dataset = Dataset("random", "classification", inputs, classes, ("",) * features, ("",) * outputs)
    scaling = [
        value for width in (features, outputs) for value in (np.zeros((1, width)), np.ones((1, width)))
    ]
    variant = np.zeros(1, dtype=np.intp)
    found = select_device("gpu" if device == "gpu" else "cpu")
    if found.kind != device:
        raise AbsentError(found.reason)
    plan = Plan(
        data=PreparedData(dataset, train, none, none, *scaling, variant, "classification", outputs, ""),
        variants=np.zeros(runs, dtype=np.intp),
        model=MODEL,
        initial=initial(runs),
        groups=(LossGroup(make_loss("cross_entropy"), 1.0, slice(0, runs)),),
        optimizer=make_optimizer("adam"),
        schedule=make_schedule("constant", 10**9),
        learning_rates=np.full(runs, RATE),
        batch_size=BATCH,
        batch_seeds=(0,) * runs,
        steps=10**9,
        evaluate_every=10**9,
        device=found,
        kernels="compiled" if device == "gpu" else "arrays",
    )
    if why_arrays(plan):
        raise AbsentError(why_arrays(plan))
    training = Training(plan)
    return lambda steps: _advance(training, steps)


def _advance(training: Training, steps: int) -> None:
    ended = training.advance(steps).ended
    if ended:
        raise RuntimeError(f"{len(ended)} runs ended: the time would be that of fewer")


def jax_scan(runs: int) -> Callable[[int], None]:
    """Return JAX's training on its GPU: steps under ``scan``, runs under ``vmap``, compiled once.

    Raises
    ------
    AbsentError
        If JAX or optax is not installed, or JAX finds no GPU.
    """
    try:
        import jax
        import jax.numpy as jnp
        import optax
    except ImportError as error:
        raise AbsentError(f"{error.name} is not installed") from None
    if jax.default_backend() != "gpu":
        raise AbsentError("JAX finds no GPU")
    jax.config.update("jax_default_matmul_precision", "highest")  # its default is TF32
    host_inputs, host_classes = numbers()
    inputs, classes = jnp.asarray(host_inputs, jnp.float32), jnp.asarray(host_classes, jnp.int32)
    order = stream(0, "batches", 0).permuted(np.tile(np.arange(ROWS), (2, 1)), axis=1)
    rows = jnp.asarray(order.reshape(-1, BATCH)[:SCAN])
    cuts = MODEL.layer_slices
    flat = initial(runs).astype(np.float32)
    parameters = [
        jnp.asarray(flat[:, cut].reshape(runs, fan_in + 1, -1))
        for cut, fan_in in zip(cuts, MODEL.sizes[:-1], strict=True)
    ]
    optimizer = optax.adam(RATE)
    state = jax.vmap(optimizer.init)(parameters)

    def objective(layers: Any, x: Any, y: Any) -> Any:
        for place, layer in enumerate(layers):
            x = (x if place == 0 else jnp.maximum(x, 0)) @ layer[:-1] + layer[-1]
        return jnp.mean(optax.softmax_cross_entropy_with_integer_labels(x, y))

    def of_run(layers: Any, state: Any, x: Any, y: Any) -> Any:
        loss, gradient = jax.value_and_grad(objective)(layers, x, y)
        norms = jnp.stack([jnp.sqrt(jnp.sum(g * g)) for g in gradient])
        changes, state = optimizer.update(gradient, state, layers)
        return optax.apply_updates(layers, changes), state, loss, norms

    def step(carry: Any, batch: Any) -> Any:
        *carry, loss, norms = jax.vmap(of_run, in_axes=(0, 0, None, None))(
            *carry, inputs[batch], classes[batch]
        )
        return tuple(carry), (loss, norms)

    scan = jax.jit(lambda carry: jax.lax.scan(step, carry, rows))
    held = [(parameters, state)]

    def advance(steps: int) -> None:
        for _ in range(max(1, steps // SCAN)):
            held[0], records = scan(held[0])
        jax.block_until_ready((held[0], records))

    return advance


CONTENDERS: dict[str, Callable[[int], Callable[[int], None]]] = {
    "ours": lambda runs: ours(runs, "gpu"),
    "jax": jax_scan,
    "cpu": lambda runs: ours(runs, "cpu"),
}


def serve(name: str, runs: int) -> None:
    """Be a contender: for each line with a number of updates, do them and answer with the seconds."""
    try:
        advance = CONTENDERS[name](runs)
        advance(SCAN)  # compiles
    except AbsentError as error:
        print(json.dumps({"absent": str(error)}), flush=True)
        return
    print(json.dumps({"absent": ""}), flush=True)
    for line in sys.stdin:
        start = time.perf_counter()
        advance(int(line))
        print(json.dumps(time.perf_counter() - start), flush=True)


class Process:
    """A contender in a process of its own, ready or absent."""

    def __init__(self, name: str, runs: int) -> None:
        self.runs = runs
        without_hoarding = {
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
            "CUPY_TF32": "0",
            "PYTHONPATH": str(ROOT),
        }
        self._child = subprocess.Popen(
            [sys.executable, __file__, "--contender", name, "--runs", str(runs)],
            env=os.environ | without_hoarding,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.absent: str = self._answer()["absent"]

    def _answer(self) -> Any:
        assert self._child.stdout is not None
        line = self._child.stdout.readline()
        return json.loads(line) if line else {"absent": f"it ended with code {self._child.wait()}"}

    def seconds(self, steps: int) -> float:
        """Do updates and return the seconds a run-step."""
        assert self._child.stdin is not None
        print(steps, file=self._child.stdin, flush=True)
        return float(self._answer()) / (steps * self.runs)

    def end(self) -> None:
        """Let it go."""
        self._child.communicate()


def compare(runs: int, rounds: int, steps: int) -> list[Measurement]:
    """Measure one number of runs against JAX and against NumPy."""
    against = {"jax": ("JAX vmap and scan", TARGETS[runs]), "cpu": ("NumPy on one core", CPU_TARGET)}
    processes = {name: Process(name, CPU_RUNS if name == "cpu" else runs) for name in CONTENDERS}
    try:
        present = [name for name, process in processes.items() if not process.absent]
        times: dict[str, list[float]] = {name: [] for name in present}
        for _ in range(rounds if "ours" in present else 0):
            random.shuffle(present)
            for name in present:
                times[name].append(processes[name].seconds(SCAN if name == "cpu" else steps))
    finally:
        for process in processes.values():
            process.end()
    rows = []
    for name, (label, wanted) in against.items():
        title = f"64-64-10, {runs} runs, GPU / {label}"
        lacking = processes["ours"].absent or processes[name].absent
        if lacking:
            rows.append(skipped("gpu", title, lacking, at_least=wanted))
            continue
        note = f"{min(times['ours']) * 1e6:.3g} and {min(times[name]) * 1e6:.3g} µs a run-step, TF32 off"
        rows.append(measured("gpu", title, ratios(times[name], times["ours"]), at_least=wanted, note=note))
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print, or be a contender."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=Path, help="save the rows to this file")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--contender", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=1, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.contender:
        serve(options.contender, options.runs)
        return
    device = select_device("gpu")
    rounds, steps = (3, 5 * SCAN) if options.quick else (9, 25 * SCAN)
    if device.kind == "gpu":
        rows = [row for runs in TARGETS for row in compare(runs, rounds, steps)]
    else:
        wanted = [(f"{runs} runs, GPU / JAX vmap and scan", target) for runs, target in TARGETS.items()]
        wanted.append(("1024 runs, GPU / NumPy on one core", CPU_TARGET))
        rows = [
            skipped("gpu", f"64-64-10, {name}", device.reason or "no GPU", at_least=target)
            for name, target in wanted
        ]
    print_rows(rows)
    if options.json:
        save(rows, options.json)


if __name__ == "__main__":
    main()
