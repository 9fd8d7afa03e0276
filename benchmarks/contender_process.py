"""The process of a contender: idle until told to go, one thread of computing, one core.

`benchmarks.race` starts it as ``python -m benchmarks.contender_process SPEC``. It builds its contender, warms
it up and answers lines on its standard input with lines of JSON: ``go N`` with the updates that were done and
the seconds they took, ``check N`` with what the first N updates record.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from benchmarks.contenders import AbsentError, Spec, make


def serve(spec: Spec) -> None:
    """Answer the parent until it closes the pipe."""
    # Libraries may print what they like: answers alone go to the pipe.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)

    def answer(**fields: Any) -> None:
        answers.write(json.dumps(fields) + "\n")

    try:
        contender = make(spec)
        contender.advance(contender.quantum)
    except AbsentError as error:
        answer(absent=str(error))
        return
    answer(quantum=contender.quantum)
    for line in sys.stdin:
        word, number = line.split()
        steps = -(-int(number) // contender.quantum) * contender.quantum
        if word == "check":
            read = contender.read(make(spec).advance(steps))
            answer(**{name: array[: int(number)].tolist() for name, array in read.items()})
            continue
        cpu, wall = time.process_time(), time.perf_counter()
        contender.advance(steps)
        answer(steps=steps, wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)


if __name__ == "__main__":
    asked = Spec.parse(sys.argv[1])
    if asked.cores and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, asked.cores)
    serve(asked)
