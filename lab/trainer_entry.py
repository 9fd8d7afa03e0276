"""Where the trainer process begins: nothing of weight is imported before the function is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def enter(connection: Connection) -> None:
    """Run the trainer; the target of the spawned process."""
    from lab.trainer_process import serve

    serve(connection)
