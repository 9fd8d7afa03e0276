from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from lab.store import owner as module
from lab.store.owner import SILENCE_SECONDS, Owner, lives, this_process

NOW = 1_000_000.0


def test_this_process_lives_however_long_it_has_been_silent() -> None:
    assert lives(this_process(), heartbeat=0.0, now=NOW)


def test_a_process_is_gone_once_it_has_ended_even_if_nobody_asked_for_its_status() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        theirs = Owner(this_process().host, child.pid, module._start_of(child.pid) or "")
        assert theirs.start
        assert lives(theirs, heartbeat=0.0, now=NOW)
        child.kill()
        until = time.monotonic() + 60
        while lives(theirs, heartbeat=0.0, now=NOW):  # it is a zombie until it is waited for
            assert time.monotonic() < until
            time.sleep(0.01)


def test_a_later_process_of_the_same_number_is_another() -> None:
    mine = this_process()
    assert not lives(replace(mine, start="another boot 17"), heartbeat=NOW, now=NOW)


def test_what_cannot_be_asked_lives_as_long_as_it_speaks() -> None:
    theirs = Owner("another machine", os.getpid(), "boot 1")
    assert lives(theirs, heartbeat=NOW - SILENCE_SECONDS / 2, now=NOW)
    assert not lives(theirs, heartbeat=NOW - 2 * SILENCE_SECONDS, now=NOW)


def test_where_there_is_no_list_of_processes_number_and_word_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    mine = replace(this_process(), start="")
    assert lives(mine, heartbeat=NOW, now=NOW)
    assert not lives(mine, heartbeat=NOW - 2 * SILENCE_SECONDS, now=NOW)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert not lives(replace(mine, pid=gone.pid), heartbeat=NOW, now=NOW)
