"""Where the trainer process begins: nothing of weight is imported before the function is called."""

from __future__ import annotations

import contextlib
import gc
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from lab.pace import Pace

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""One BLAS thread: on small matrices more are slower, and the other cores have work of their own."""


def enter(connection: Connection, pace: Pace, number: int) -> None:
    """Run the trainer; the target of a process that was started.

    It steps back behind the window where both want the same core: a late frame is felt, a late update is not.
    """
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(5)
    # scikit-learn only makes data here; without this, joblib looks for semaphores at import and warns on
    # systems that forbid them.
    os.environ.setdefault("JOBLIB_MULTIPROCESSING", "0")
    from lab.trainer_process import serve

    # What is loaded stays: collections that pass over it are faster and leave its pages shared.
    gc.freeze()
    serve(connection, pace, number)
