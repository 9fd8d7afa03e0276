"""The trainer process and the system: what outlives what, what is not allowed, and how a death is told."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from lab.messages import (
    Died,
    Hello,
    Pause,
    Stop,
)
from lab.pace import Pace
from lab.trainer import TrainerHandle
from lab.trainer_problems import death_problem


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody has asked for its exit code has, too."""
    try:
        os.kill(pid, 0)
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except (ProcessLookupError, FileNotFoundError):
        return True


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_the_program(death: signal.Signals) -> None:
    program = textwrap.dedent(
        f"""
        import os, time
        from multiprocessing import forkserver
        from lab.trainer import TrainerHandle
        if __name__ == "__main__":
            handle = TrainerHandle()
            handle.start()
            while not (heard := handle.poll()):
                time.sleep(0.01)
            assert handle.pid is not None, heard
            server = forkserver._forkserver._forkserver_pid
            print(handle.pid, *([] if server is None else [server]), flush=True)
            os.kill(os.getpid(), {death.value})
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    pids = [int(word) for word in done.stdout.split()]
    assert len(pids) == (2 if sys.platform == "linux" else 1), done.stderr
    deadline = time.monotonic() + 60
    while not all(gone(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    left = [pid for pid in pids if not gone(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left, "a trainer or its server outlived the program"


@pytest.mark.skipif(sys.platform != "linux", reason="forks from a server on Linux only")
def test_what_the_server_loads_is_ours_wherever_the_program_is_started(tmp_path: Path) -> None:
    impostor = tmp_path / "lab"
    impostor.mkdir()
    (impostor / "__init__.py").write_text("raise SystemExit('the wrong lab')")
    program = textwrap.dedent(
        f"""
        import sys
        sys.path[0] = {str(Path(__file__).resolve().parents[2])!r}
        import time
        from lab.messages import Hello
        from lab.trainer import TrainerHandle
        if __name__ == "__main__":
            handle = TrainerHandle()
            handle.start()
            while not (heard := handle.poll()):
                time.sleep(0.01)
            print(type(heard[0]).__name__)
            handle.close()
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, cwd=tmp_path
    )
    assert done.stdout.strip() == "Hello", done.stderr


def test_a_process_that_the_system_does_not_allow_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    handle = TrainerHandle()

    def refuse(_self: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(type(handle._context.Process()), "start", refuse)  # type: ignore[attr-defined]
    handle.send(Pause())
    deadline = time.monotonic() + 60
    while not (heard := handle.poll()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    (died,) = heard
    assert isinstance(died, Died)
    assert "could not be started" in died.problem.title
    assert "Resource temporarily unavailable" in died.problem.body
    assert not handle.alive
    monkeypatch.undo()
    handle.start()
    while not any(isinstance(event, Hello) for event in handle.poll()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    handle.close()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (-9, "killed (SIGKILL)"),
        (-15, "killed (SIGTERM)"),
        (-11, "crashed (SIGSEGV)"),
        (3, "exit code 3"),
        (None, "ended"),
    ],
)
def test_death_in_words(code: int | None, words: str) -> None:
    problem = death_problem(code, 123_456_789)
    assert words in problem.title
    assert "step" in problem.title
    assert len(problem.title) <= 80
    assert "kept" in problem.title


class SlowPipe:
    """Our end of a pipe that takes a while to write to, and whose other end is gone."""

    def __init__(self) -> None:
        self.closed, self.written_closed = False, []  # type: ignore[var-annotated]
        self.entered, self.go = threading.Event(), threading.Event()

    def send(self, _command: object) -> None:
        self.entered.set()
        assert self.go.wait(10)
        self.written_closed.append(self.closed)

    def poll(self, _seconds: float) -> bool:
        raise EOFError

    def close(self) -> None:
        self.closed = True


class Context:
    """Starts a process that is gone at once."""

    def __init__(self, pipe: SlowPipe) -> None:
        self.pipe = pipe

    def Pipe(self) -> tuple[SlowPipe, SlowPipe]:
        return self.pipe, SlowPipe()

    def Process(self, **_arguments: object) -> SimpleNamespace:
        nothing = lambda *_: None  # noqa: E731
        return SimpleNamespace(
            start=nothing, join=nothing, close=nothing, is_alive=lambda: False, exitcode=-9, pid=1
        )

    def get_start_method(self) -> str:
        return "spawn"


def test_a_pipe_is_not_closed_while_a_command_is_being_written_to_it() -> None:
    """Its number would be that of whatever is opened next."""
    pipe = SlowPipe()
    handle = TrainerHandle(Context(pipe), Pace(multiprocessing.get_context("spawn"), 1))  # type: ignore[arg-type]
    handle.send(Stop())
    assert pipe.entered.wait(10)
    threading.Timer(0.1, pipe.go.set).start()
    assert [type(event) for event in handle.poll()] == [Died]
    assert (pipe.written_closed, pipe.closed) == ([False], True)


@pytest.mark.skipif(sys.platform != "linux", reason="processes are begun in the thread where they are forked")
def test_a_process_that_begins_only_when_it_is_to_be_gone_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may come to the start after the patience of `close`."""
    late = threading.Event()
    begin = TrainerHandle._begin

    def begin_late(handle: TrainerHandle, process: BaseProcess, theirs: Connection) -> bool:
        assert late.wait(30)
        return begin(handle, process, theirs)

    class Releasing:
        """What is put into the outbox at the very end lets the process begin."""

        def __init__(self, outbox: Any) -> None:
            self._outbox = outbox

        def put(self, command: object) -> None:
            if command is None:
                late.set()
                assert handle._begun.wait(30)
            self._outbox.put(command)

    monkeypatch.setattr(TrainerHandle, "_begin", begin_late)
    handle = TrainerHandle()
    handle.start()
    process = handle._process
    assert process is not None
    assert not process.is_alive()
    handle._outbox = Releasing(handle._outbox)  # type: ignore[assignment]
    handle.close(patience=0.0)
    assert late.is_set()
    with pytest.raises(ValueError, match="closed"):
        process.is_alive()
    assert not multiprocessing.active_children()
