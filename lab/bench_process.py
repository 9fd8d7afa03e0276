"""The process that `losslab bench` measures in: nothing of weight is imported before BLAS has one thread."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from lab.trainer_entry import THREAD_VARIABLES

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from lab.bench_plan import Kernels, Net

CHUNK = 50


def train_for(
    connection: Connection, net: Net, runs: int, kernels: Kernels, gpu: bool, seconds: float
) -> None:
    """Train when told to, for so long, and say how much was done; the target of a spawned process.

    Sends an empty text once it is warm, or why it cannot train so; then waits for anything, trains, and sends
    (updates, seconds).

    Parameters
    ----------
    connection
        The pipe to the parent.
    net, runs, kernels
        What to train; see `lab.bench_plan.bench_plan`.
    gpu
        Whether on a GPU instead of the processor.
    seconds
        How long.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
    from compute.backend import select_device
    from compute.training import Training
    from lab.bench_plan import bench_plan, why_not_compiled

    device = select_device("gpu" if gpu else "cpu")
    if gpu and device.kind != "gpu":
        connection.send(device.reason)
        return
    plan = bench_plan(net, runs, kernels=kernels, device=device)
    if kernels == "compiled" and not gpu and (reason := why_not_compiled(plan)):
        connection.send(reason)
        return
    training = Training(plan)
    training.advance(2 * CHUNK)
    connection.send("")
    try:
        connection.recv()
    except EOFError:
        return
    first, began = training.step, time.perf_counter()
    while (took := time.perf_counter() - began) < seconds:
        training.advance(CHUNK)
    connection.send((training.step - first, took))
