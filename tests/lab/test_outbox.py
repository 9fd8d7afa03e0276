"""A trainer's messages are sent in order while it goes on, and never keep it when nobody reads."""

from __future__ import annotations

import threading
import time
from multiprocessing import Pipe

import numpy as np

from lab.messages import Hello, Recorded
from lab.outbox import MOST_WAITING, Outbox
from tests.lab.recorded_runs import make_chunk


def large(number: int) -> Recorded:
    """More than a pipe holds."""
    return Recorded((number,), make_chunk(number, np.ones((50_000, 1))))


def test_messages_larger_than_the_pipe_do_not_keep_the_sender() -> None:
    ours, theirs = Pipe()
    outbox = Outbox(theirs)
    for number in range(MOST_WAITING):
        outbox.put(large(number))  # would wait here for ever
    assert [ours.recv().runs for _ in range(MOST_WAITING)] == [(number,) for number in range(MOST_WAITING)]


def test_the_sender_waits_for_a_reader_that_falls_far_behind() -> None:
    ours, theirs = Pipe()
    outbox = Outbox(theirs)
    sent: list[int] = []

    def send() -> None:
        for number in range(3 * MOST_WAITING):
            outbox.put(large(number))
            sent.append(number)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    time.sleep(0.3)
    assert MOST_WAITING <= len(sent) <= MOST_WAITING + 1
    assert [ours.recv().runs[0] for _ in range(3 * MOST_WAITING)] == list(range(3 * MOST_WAITING))
    thread.join(10)
    assert not thread.is_alive()


def test_nobody_reads_and_nobody_waits() -> None:
    ours, theirs = Pipe()
    outbox = Outbox(theirs)
    ours.close()
    done = threading.Event()

    def send() -> None:
        for number in range(10 * MOST_WAITING):
            outbox.put(Hello(number))
        done.set()

    threading.Thread(target=send, daemon=True).start()
    assert done.wait(10)
