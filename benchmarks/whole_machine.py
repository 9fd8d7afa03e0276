"""What two cores do together: a process of ours on each, against the best that JAX makes of them.

    python benchmarks/whole_machine.py [--json FILE] [--quick]

JAX is given both arrangements: two processes, one pinned to each core, and one process with as many threads
as it likes on both; the faster one is the peer. Contenders of an arrangement go at the same time, each timed
by the clock, and their run-steps a second are added up. A machine that is busy with other work shows less.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from benchmarks.contenders import Spec
from benchmarks.machine import describe
from benchmarks.measurement import Measurement, measured, print_rows, ratios, save, skipped
from benchmarks.race import Process, started, steps_for, together, usable_cores

AREA = "whole machine"
CORES = 2
QUIET = 0.95
"""Share of the time that a process has its core to itself on a machine that does nothing else."""

RUNS = {"pg": 128, "dg": 64}
"""Runs in all, on both cores together."""


@dataclass(frozen=True)
class Arrangement:
    """Contenders that train at the same time, and what they are called."""

    label: str
    specs: tuple[Spec, ...]

    @property
    def runs(self) -> int:
        """Runs of all of them."""
        return sum(spec.runs for spec in self.specs)


def arrangements(net: str, cores: tuple[int, ...]) -> dict[str, Arrangement]:
    """Return what is measured of a net on these cores."""
    share = RUNS[net] // len(cores)

    def on_each(spec: Spec) -> tuple[Spec, ...]:
        return tuple(replace(spec, cores=(core,)) for core in cores)

    fast = Spec("ours", net, share, {"kernels": "compiled"})
    both = Spec("jax", net, RUNS[net], cores=cores, threads=True)
    return {
        "one": Arrangement("NumPy, one process", on_each(Spec("ours", net, share))[:1]),
        "ours": Arrangement("NumPy, two processes", on_each(Spec("ours", net, share))),
        "fast": Arrangement("fast, two processes", on_each(fast)),
        "jax": Arrangement("JAX, two processes", on_each(Spec("jax", net, share))),
        "jax one": Arrangement("JAX, one process with both cores", (both,)),
    }


@dataclass(frozen=True)
class Throughput:
    """What turns gave.

    Attributes
    ----------
    rates
        Name → run-steps a second, round by round.
    had
        Name → share of the time in which the processes of one thread had their core, median of the rounds.
    absent
        Name → why it could not be measured.
    """

    rates: Mapping[str, Sequence[float]]
    had: Mapping[str, float]
    absent: Mapping[str, str]


def throughputs(
    arranged: Mapping[str, Arrangement], rounds: int, seconds: float, seed: int = 0
) -> Throughput:
    """Let arrangements take turns.

    Parameters
    ----------
    arranged
        Name → what trains at the same time.
    rounds
        Number of rounds, each in an order drawn anew.
    seconds
        About how long an arrangement goes in a round.
    seed
        Of the orders.
    """
    specs = {
        f"{name} {place}": spec
        for name, arrangement in arranged.items()
        for place, spec in enumerate(arrangement.specs)
    }
    shuffle = random.Random(seed).shuffle
    with started(specs) as processes:
        groups: dict[str, list[Process]] = {
            name: [processes[f"{name} {place}"] for place in range(len(arrangement.specs))]
            for name, arrangement in arranged.items()
        }
        absent = {name: group[0].absent for name, group in groups.items() if group[0].absent}
        present = [name for name in groups if name not in absent]
        # equal steps in a group, so that all of it goes at the same time from start to end
        steps = {name: min(steps_for(process, seconds) for process in groups[name]) for name in present}
        found: dict[str, list[float]] = {name: [] for name in present}
        shares: dict[str, list[float]] = {name: [] for name in present}
        for _ in range(rounds):
            shuffle(present)
            for name in present:
                group = groups[name]
                turns = together(group, [steps[name]] * len(group))
                rates = [
                    t.steps * process.spec.runs / t.wall for t, process in zip(turns, group, strict=True)
                ]
                found[name].append(sum(rates))
                if not group[0].spec.threads:
                    shares[name].append(min(turn.cpu / turn.wall for turn in turns))
    had = {name: statistics.median(values) for name, values in shares.items() if values}
    return Throughput(found, had, absent)


def rows_of(net: str, arranged: Mapping[str, Arrangement], throughput: Throughput) -> list[Measurement]:
    """Return the rows of a net: two processes over one, and ours and `fast` over JAX's better arrangement."""
    rows = []
    found, absent = throughput.rates, throughput.absent
    for name in ("one", "ours", "fast", "jax", "jax one"):
        title = f"{net}, {arranged[name].runs} runs: {arranged[name].label}"
        if name in absent:
            rows.append(skipped(AREA, title, absent[name], unit="run-steps/s"))
        else:
            had = throughput.had.get(name, 1.0)
            note = f"other work had a core for {1 - had:.0%} of the time" if had < QUIET else ""
            rows.append(measured(AREA, title, found[name], unit="run-steps/s", note=note))
    scaling = f"{net}: two processes / one"
    rows.append(measured(AREA, scaling, ratios(found["ours"], found["one"])))
    peers = [name for name in ("jax", "jax one") if name in found]
    for name, at_least in (("ours", 1.2), ("fast", 1.8)):
        label = f"{net}: {arranged[name].label} / the best of JAX"
        if name in absent or not peers:
            why = absent.get(name) or absent["jax"]
            rows.append(skipped(AREA, label, why, at_least=at_least))
            continue
        best = max(peers, key=lambda peer: statistics.median(found[peer]))
        rows.append(
            measured(
                AREA, label, ratios(found[name], found[best]), at_least=at_least, note=arranged[best].label
            )
        )
    return rows


def main() -> int:
    """Print the rows of the whole machine."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", metavar="FILE", help="write the rows there")
    parser.add_argument("--quick", action="store_true", help="few short rounds")
    options = parser.parse_args()
    print(describe(), flush=True)
    rounds, seconds = (3, 0.1) if options.quick else (11, 0.3)
    cores = usable_cores()[:CORES]
    rows: list[Measurement] = []
    if len(cores) < CORES:
        rows.append(skipped(AREA, "two processes", "only one core is usable"))
    else:
        for net in RUNS:
            arranged = arrangements(net, cores)
            rows += rows_of(net, arranged, throughputs(arranged, rounds, seconds))
    print_rows(rows)
    if options.json:
        save(rows, options.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
