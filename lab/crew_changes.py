"""A change of settings in several processes at once: laid out in all, then made at one step."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from lab.messages import ApplyChange, Change, Changed, ChangeReady, ChangeRefused, Command, Event
from lab.pace import Meeting


class CrewChanges:
    """Which change is being laid out, and which is to come after it.

    While one is laid out, a newer one waits; of several that wait only the newest counts, so that however
    fast they come, they do not pile up.

    Parameters
    ----------
    send
        Sends a command to the process of a number.
    """

    def __init__(self, send: Callable[[int, Command], None]) -> None:
        self._send = send
        self._now: Change | None = None
        self._later: Change | None = None
        self._awaited: set[int] = set()
        self._told = -1

    def ask(self, change: Change, live: Collection[int]) -> None:
        """Begin a change with the processes that can still train, or let it wait."""
        if self._now is not None:
            self._later = change
            return
        self._awaited = set(live)
        if not live:
            return
        self._now = replace(change, held=True)
        for number in live:
            self._send(number, self._now)

    def take(self, number: int, event: ChangeReady | ChangeRefused | Changed) -> list[Event]:
        """Take what a process says of a change, and return what that amounts to.

        What all say is said once; `settle` goes on from there.
        """
        if isinstance(event, ChangeReady):
            if self._now is not None and event.request == self._now.request:
                self._awaited.discard(number)
            return []
        if event.request <= self._told:
            return []
        self._told = event.request
        if isinstance(event, ChangeRefused) and self._now is not None and event.request == self._now.request:
            self._now = None
        return [event]

    def settle(self, live: Collection[int], at: Callable[[], Meeting | None]) -> None:
        """Make the change once every process that can still train has laid it out, and begin the next.

        Parameters
        ----------
        live
            Numbers of those processes.
        at
            Finds where it is made, ``None`` for at once.
        """
        if self._now is not None:
            self._awaited &= set(live)
            if self._awaited:
                return
            meeting = at()
            for number in live:
                self._send(number, ApplyChange(self._now.request, meeting))
            self._now = None
        later, self._later = self._later, None
        if later is not None:
            self.ask(later, live)
