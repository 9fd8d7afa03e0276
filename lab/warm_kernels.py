"""Have compiled kernels at hand before anyone presses Run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping

from compute.backend import Device
from compute.problems import ProblemError
from lab.kernels import chosen_kernels, compile_in_background


def load_kernels() -> None:
    """Load the machine code of all kernels; nothing is compiled where they are ready."""
    from compute.fast.compilation import compile_all

    compile_all()


class WarmKernels:
    """Loads a processor's kernels into a trainer while it is idle, or has them compiled.

    Parameters
    ----------
    first
        Whether this trainer is the one that starts the compilation: one is enough.
    load
        Loads them.
    environment
        Environment variables; those of the process by default.

    Attributes
    ----------
    loaded
        Whether they have been loaded.
    """

    def __init__(
        self,
        first: bool,
        load: Callable[[], None] = load_kernels,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._first, self._load, self._environment = first, load, environment
        self._compiler: subprocess.Popen[bytes] | None = None
        self.loaded = False

    def tend(self) -> None:
        """Do what there is to do; called when nothing waits. Whatever fails, arrays train as well."""
        if self.loaded or self._is_compiling():
            return
        try:
            if chosen_kernels(Device("cpu", ""), self._environment) == "compiled":
                self.loaded = True  # once: what does not load now does not load a second time
                self._load()
            elif self._first:
                self._compiler = compile_in_background(self._environment)
        except (ProblemError, ImportError, OSError):
            self.loaded = True  # who trains says what is wrong, if it matters

    def _is_compiling(self) -> bool:
        return self._compiler is not None and self._compiler.poll() is None
