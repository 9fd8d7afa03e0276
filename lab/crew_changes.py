"""A change of settings in several processes at once: laid out in all, then made at one step."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from lab.messages import ApplyChange, Change, Changed, ChangeReady, ChangeRefused, Command, Event
from lab.pace import Meeting


@dataclass
class _Made:
    """A change that all were told to make: who has not said so yet, and what the others said."""

    awaited: set[int]
    said: Changed | None = None


class CrewChanges:
    """Which change is being laid out, which is to come after it, and which are being made.

    While one is laid out, a newer one waits; of several that wait only the newest counts, so that however
    fast they come, they do not pile up.

    That a change was made is said when all have made it: what any of them recorded before has come by then.

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
        self._made: dict[int, _Made] = {}
        self._refused = -1

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
        """Take what a process says of a change, and return what is to be said of that at once.

        `settle` goes on from there.
        """
        if isinstance(event, ChangeReady):
            if self._now is not None and event.request == self._now.request:
                self._awaited.discard(number)
            return []
        made = self._made.get(event.request)
        if isinstance(event, Changed):
            if made is not None and number in made.awaited:
                made.awaited.remove(number)
                made.said = event
            return []
        if event.request <= self._refused:
            return []
        self._refused = event.request
        self._made.pop(event.request, None)
        if self._now is not None and event.request == self._now.request:
            self._now = None
        return [event]

    def settle(self, live: Collection[int], at: Callable[[], Meeting | None]) -> list[Event]:
        """Make the change once every process that can still train has laid it out, and begin the next.

        Parameters
        ----------
        live
            Numbers of those processes.
        at
            Finds where it is made, ``None`` for at once.

        Returns
        -------
        list
            The changes that all have made by now.
        """
        if self._now is not None:
            self._awaited &= set(live)
        if self._now is None or not self._awaited:
            self._go_on(live, at)
        return self._through(live)

    def _go_on(self, live: Collection[int], at: Callable[[], Meeting | None]) -> None:
        if self._now is not None:
            meeting = at()
            for number in live:
                self._send(number, ApplyChange(self._now.request, meeting))
            self._made[self._now.request] = _Made(set(live))
            self._now = None
        later, self._later = self._later, None
        if later is not None:
            self.ask(later, live)

    def _through(self, live: Collection[int]) -> list[Event]:
        """Return what was made by all that can still train, in the order in which it was asked for."""
        found: list[Event] = []
        for request, made in list(self._made.items()):
            made.awaited &= set(live)
            if made.awaited:
                break
            del self._made[request]
            if made.said is not None:
                found.append(made.said)
        return found
