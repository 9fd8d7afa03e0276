"""What is measured: a contender trains runs of one net, in a process of its own (`contender_process`)."""

from __future__ import annotations

import importlib
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

KINDS = {
    "ours": "benchmarks.ours:Ours",
    "sgemm": "benchmarks.ours:Sgemm",
    "torch": "benchmarks.peers_torch:TorchEager",
    "jax": "benchmarks.peers_jax:JaxScan",
    "sklearn": "benchmarks.peers_sklearn:SklearnFit",
}
"""Kind of contender → module and class, imported in its own process alone."""


class AbsentError(Exception):
    """A contender cannot be measured here, by no fault of its own; the message says why."""


class Contender(Protocol):
    """R runs of one net, trained by somebody."""

    quantum: int
    """Updates are done in multiples of this."""

    def advance(self, steps: int) -> Any:
        """Do updates, record every one, and return the record once all of it is computed."""

    def read(self, record: Any) -> dict[str, Any]:
        """Return what a record holds: ``losses`` (T, R) and ``norms`` (T, R, L), empty where not recorded."""


@dataclass(frozen=True)
class Spec:
    """Which contender to start.

    Attributes
    ----------
    kind
        A key of `KINDS`.
    net
        Name of the net, as in `benchmarks.nets`.
    runs
        Number R of runs.
    options
        Keyword arguments of the contender's class.
    cores
        The only cores it may use.
    threads
        Whether it may use as many threads as it likes, instead of one.
    """

    kind: str
    net: str
    runs: int = 1
    options: dict[str, Any] = field(default_factory=dict)
    cores: tuple[int, ...] = ()
    threads: bool = False

    def text(self) -> str:
        """Return it as one argument of a command line."""
        return json.dumps(asdict(self))

    @staticmethod
    def parse(text: str) -> Spec:
        """Read what `text` wrote."""
        fields = json.loads(text)
        return Spec(**{**fields, "cores": tuple(fields["cores"])})


def make(spec: Spec) -> Contender:
    """Return the contender of a spec, in this process.

    Raises
    ------
    AbsentError
        If it cannot be measured here.
    KeyError
        If there is no such kind or net.
    """
    from benchmarks.nets import NETS

    module, _, name = KINDS[spec.kind].partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except ModuleNotFoundError as error:
        raise AbsentError(f"{error.name} is not installed") from None
    made: Contender = found(NETS[spec.net], spec.runs, **spec.options)
    return made
