"""A program that keeps experiments at full speed until it is killed.

It is started once and then, for every line on its input, forks a process that keeps experiments one after
the other, kills it after some time and says when: forking costs a hundredth of starting Python.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import struct
import sys
import time
from pathlib import Path

import numpy as np

from lab.messages import Chunk, Ended, Recorded, Start
from lab.store import keeper
from lab.store.keeping import KeepingTrainer
from lab.store.store import Store
from tests.lab.recorded_runs import ScriptedTrainer, evaluation, make_chunk, started, tiny_config

RUNS = tuple(range(6))
CHUNK = 150
NOTE = struct.Struct("<qqd")
"""What is noted of every chunk that was handed over: number of the experiment, steps so far, when."""


def objective(experiment: int, first: int, steps: int) -> np.ndarray:
    """What the runs of an experiment record (T, R); no two steps are alike."""
    step = np.arange(first, first + steps, dtype=np.int64)[:, None]
    return ((step * 48271 + np.array(RUNS) * 9973 + experiment * 131) % 1_000_003 / 7).astype(np.float32)


def chunk(experiment: int, first: int, steps: int = CHUNK) -> Chunk:
    accuracy = ((first * 31 + np.array(RUNS) + experiment) % 997) / 997
    confusion = np.full((6, 2, 2), first)
    return make_chunk(
        first, objective(experiment, first, steps), evaluations=[evaluation(first, accuracy, confusion)]
    )


def keep(folder: Path, notes: int, first: int, steps: int) -> None:
    """Keep experiments of about so many steps, one after the other, numbered from ``first``."""
    inner = ScriptedTrainer()
    trainer = KeepingTrainer(inner, Store(folder))
    config = tiny_config()
    for number in itertools.count(first):
        trainer.send(Start(number, config.model_copy(update={"name": f"flood {number}"})))
        inner.waiting.append(started(inner, steps=10**9))
        trainer.poll()
        for begin in range(0, random.randint(1, steps), CHUNK):
            inner.waiting.append(Recorded(RUNS, chunk(number, begin)))
            trainer.poll()
            os.write(notes, NOTE.pack(number, begin + CHUNK, time.monotonic()))
            time.sleep(0.0005)
        inner.waiting.append(Ended("finished", begin + CHUNK, 1.0))
        while not any(isinstance(event, Ended) for event in trainer.poll()):
            time.sleep(0.0005)


def main() -> None:
    """Fork and kill as the lines of the input say: folder, file of notes, number, steps, seconds."""
    keeper.ENTER_SECONDS = 0.03  # the tables are written often, so that many are hit
    for line in sys.stdin:
        folder, notes, first, steps, seconds = line.split("\t")
        child = os.fork()
        if child == 0:
            random.seed(int(first))
            file = os.open(notes, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
            keep(Path(folder), file, int(first), int(steps))
            os._exit(1)
        time.sleep(float(seconds))
        os.kill(child, signal.SIGKILL)
        killed = time.monotonic()
        os.waitpid(child, 0)
        print(killed, flush=True)


if __name__ == "__main__":
    main()
