"""Write down the array operations of a step once and do them again as bare calls.

What a step does with its buffers never depends on the numbers in them, so its operations are always the
same. Looking up buffers, views and functions anew for every step costs more time than the arithmetic where
arrays are small: a tape keeps the calls with their arguments bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from compute.backend import Array
from compute.workspace import Workspace

Call = Callable[[], Any]


class Tape:
    """Stands in for an array module: passes every call on and writes it down.

    Parameters
    ----------
    xp
        The array module.
    dry
        Whether calls that write to a given array are only written down and not done.

    Attributes
    ----------
    calls
        What was called so far, in order.
    complete
        Whether every call wrote to an array that it was given. One that made a new array would, done again,
        make another that nobody reads.
    """

    def __init__(self, xp: Any, dry: bool = False) -> None:
        self._xp, self._dry = xp, dry
        self.calls: list[Call] = []
        self.complete = True

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._xp, name)
        if callable(found) and not isinstance(found, type):
            found = _Written(name, found, self)
        setattr(self, name, found)
        return found

    def take(self, name: str, function: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """Do a call of the function of that name and write it down."""
        inputs = getattr(function, "nin", None)
        given = "out" in named or (inputs is not None and len(arguments) > inputs)
        if given or name == "copyto":
            self.calls.append(partial(function, *arguments, **named))
            if self._dry:
                return named["out"] if "out" in named else arguments[-1]
        else:
            self.complete = False
        return function(*arguments, **named)

    def take_method(self, method: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        """Do a method that changes its own array and write it down."""
        self.calls.append(partial(method, *arguments))
        if not self._dry:
            method(*arguments)


def in_place(xp: Any, method: Callable[..., Any], *arguments: Any) -> None:
    """Call a method that changes its own array, in sight of a tape.

    A tape sees calls of the array module alone. A method called beside it would be left out where the calls
    are done again, and that shows only once there are numbers for which it matters.
    """
    if isinstance(xp, Tape):
        xp.take_method(method, arguments)
    else:
        method(*arguments)


class _Written:
    """A function of the module that is written down when called."""

    def __init__(self, name: str, function: Any, tape: Tape) -> None:
        self._name, self._function, self._tape = name, function, tape

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._tape.take(self._name, self._function, arguments, named)

    def reduce(self, *arguments: Any, **named: Any) -> Any:
        """Reduce with it, if it is a ufunc."""
        return self._tape.take("reduce", self._function.reduce, arguments, named)


def calls_of(function: Callable[..., None], xp: Any, *arguments: Any) -> tuple[Call, ...]:
    """Call ``function(xp, …)`` and return what it does, as bare calls.

    Raises
    ------
    ValueError
        If it makes a new array.
    """
    tape = Tape(xp)
    function(tape, *arguments)
    if not tape.complete:
        raise ValueError(f"{function} makes an array: it cannot be done again by its calls")
    return tuple(tape.calls)


class _ByCalls:
    """Work on a workspace that is done as written until its calls take its place.

    Parameters
    ----------
    act
        The work, without arguments.
    work
        Its workspace; that of another device than the processor has its work done as written for ever.
    """

    def __init__(self, act: Call, work: Workspace) -> None:
        self._act, self._work = act, work
        self._calls: list[Call] = []
        self._now: Call = self._make_buffers if work.on_host else act

    def __call__(self) -> None:
        """Do it."""
        self._now()

    @property
    def by_calls(self) -> bool:
        """Whether it is done by its calls from now on."""
        return self._now == self._play

    def _make_buffers(self) -> None:
        self._act()
        self._now = self._write_down

    def _write_down(self) -> None:
        raise NotImplementedError

    def _record(self, dry: bool) -> bool:
        """Write the calls down, doing them unless ``dry``; return whether they are all there is."""
        work, module = self._work, self._work.xp
        tape = Tape(module, dry)
        work.xp = tape
        try:
            self._act()
        finally:
            work.xp = module
        self._calls = tape.calls
        return tape.complete

    def _play(self) -> None:
        for call in self._calls:
            call()


class Replay(_ByCalls):
    """Does a piece of work on a workspace again and again, by its calls where that is the same.

    The first time it is done as written, so that all buffers are made; the second time it is written down;
    the third time the calls are held against it, bit for bit. Work that does something beside the
    workspace's module, or makes arrays, is done as written for ever.

    Parameters
    ----------
    act
        The work, on arrays of NumPy and without arguments.
    work
        Its workspace.
    results
        The arrays that it leaves something in.
    """

    def __init__(self, act: Call, work: Workspace, results: Sequence[Array]) -> None:
        super().__init__(act, work)
        self._results = results

    def _write_down(self) -> None:
        self._now = self._compare if self._record(dry=False) else self._act

    def _compare(self) -> None:
        self._play()
        played = [array.copy() for array in self._results]
        self._act()
        same = all(
            np.array_equal(mine, theirs, equal_nan=True)
            for mine, theirs in zip(played, self._results, strict=True)
        )
        self._now = self._play if same else self._act


class Repeated(_ByCalls):
    """Does work that changes what it reads, so that it cannot be done twice to compare.

    It must be nothing but calls of the workspace's module. The first time it is done as written, so that all
    buffers are made; then it is written down without being done, and done by its calls from there on. Work
    that makes arrays is done as written for ever.
    """

    def _write_down(self) -> None:
        self._now = self._play if self._record(dry=True) else self._act
        self._now()
