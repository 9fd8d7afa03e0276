"""The processes that train one experiment, so that they look like one: events joined, commands passed on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from lab.crew_changes import CrewChanges
from lab.field_parts import FieldParts
from lab.messages import (
    Advance,
    Change,
    Changed,
    ChangeReady,
    ChangeRefused,
    Command,
    Died,
    Discard,
    Ended,
    Event,
    Failed,
    Field,
    Lost,
    Pause,
    Paused,
    Problem,
    Recorded,
    Refused,
    Resume,
    Resumed,
    SetLearningRate,
    SetSpeed,
    Share,
    Start,
    Started,
    Stop,
)
from lab.pace import Meeting, Pace
from lab.trainer_problems import lost_problem


@dataclass
class Member:
    """A process of the crew: what it trains, how far it is, and what it is doing or was told to do.

    ``releases`` is how often it was told to go on: that it rests is no longer so where it said that before
    it read the last of them.
    """

    state: Literal["starting", "running", "paused", "stopping", "stopped", "finished", "lost"] = "starting"
    runs: tuple[int, ...] = ()
    step: int = 0
    seconds: float = 0.0
    releases: int = 0


class Crew:
    """Processes that have been told to start an experiment, each with a share of its runs.

    One `Started` is passed on when all have begun, one `Paused` when all rest at the same step, one `Ended`
    when none goes on; what is recorded is passed on as it comes, with the experiment's indices.

    Parameters
    ----------
    start
        What to train, as the lab asked for it.
    attempt
        The request number that the processes are given: events that belong to an earlier one are dropped.
    numbers
        The processes' numbers.
    pace
        How far they are.
    send
        Sends a command to the process of a number.
    """

    def __init__(
        self,
        start: Start,
        attempt: int,
        numbers: Sequence[int],
        pace: Pace,
        send: Callable[[int, Command], None],
    ) -> None:
        self.start, self.attempt = start, attempt
        self.members = {number: Member() for number in numbers}
        self._pace, self._send = pace, send
        self._fields = FieldParts()
        self._changes = CrewChanges(send)
        self._first: Started | None = None
        self._held: list[Event] = []
        self._goal: Advance | None = None  # what all were last told to do before they rest
        self._going = self._asked = self._stopping = self._over = False
        for part, number in enumerate(numbers):
            # where several train, none of them is on a GPU; the first also says why
            device = "cpu" if part else start.device
            pace.promise(number, 0)
            send(number, replace(start, request=attempt, device=device, share=Share(part, len(numbers))))

    @property
    def starting(self) -> bool:
        """Whether some have not begun yet."""
        return any(member.state == "starting" for member in self.members.values())

    def discard(self) -> None:
        """Tell every process to forget the experiment."""
        for number in self.members:
            self._pace.leave(number)
            self._send(number, Discard())

    def _live(self) -> dict[int, Member]:
        return {n: m for n, m in self.members.items() if m.state not in ("finished", "lost")}

    # --- commands ---------------------------------------------------------------------------------
    def obey(self, command: Command) -> None:
        """Pass a command on to those whom it concerns."""
        live = self._live()
        if isinstance(command, Pause):
            if self._runs(live) and not self._asked and not self.starting:
                self._pause(live)
        elif isinstance(command, Stop):
            self._stop(live)
        elif isinstance(command, Resume):
            self._release(live, command)
        elif isinstance(command, Advance):
            self._release(live, self._until(command, live))
        elif isinstance(command, SetSpeed):
            # a start that has to be repeated has it, too
            self.start = replace(self.start, steps_per_second=command.steps_per_second)
            for number in live:
                self._send(number, command)
        elif isinstance(command, SetLearningRate):
            at = self._meet()
            for number in live:
                self._send(number, replace(command, at=at))
        elif isinstance(command, Change) and not self.starting:
            self._changes.ask(command, list(live))

    @staticmethod
    def _runs(live: dict[int, Member]) -> bool:
        """Whether any was last told to go on; it may not have said so yet."""
        return any(member.state == "running" for member in live.values())

    def _meet(self) -> Meeting | None:
        """Return where something is to happen in all, ``None`` for at once: one has no one to meet.

        Those that rest are at one step, unless they have just been told to go on. One that has finished can
        be met no more, but nothing is to happen in the others before the step at which it did.
        """
        among = [number for number, member in self.members.items() if member.state != "lost"]
        if len(among) < 2 or not self._runs(self._live()):
            return None
        return self._pace.meet(soon=self._asked, among=among)

    def _pause(self, live: dict[int, Member]) -> None:
        """Bring all to rest at a step that none has passed."""
        self._asked, self._goal = True, None
        at = self._pace.highest(live) if len(live) > 1 else None
        for number, member in live.items():
            if member.state == "running":
                self._send(number, Pause(at))

    def _stop(self, live: dict[int, Member]) -> None:
        active = {number: member for number, member in live.items() if member.state in ("running", "paused")}
        self._stopping |= bool(active)
        if len(live) > 1 and self._runs(live):
            if not self._asked:
                self._pause(live)  # stopped once they are at one step
            return
        for number, member in active.items():
            member.state = "stopping"
            self._send(number, Stop())

    def _until(self, command: Advance, live: dict[int, Member]) -> Advance:
        """Return the command with the step that it leads to, the same for all.

        Asked for several times in a row, each counts, however late the first of them is read.
        """
        if not live or self._first is None:
            return command
        base = max(member.step for member in live.values())
        if self._runs(live):
            base = max(base, self._pace.highest(live))
            if self._goal is not None and (self._goal.epochs > 0) == (command.epochs > 0):
                base = max(base, self._goal.until or 0)
        steps = command.steps + command.epochs * self._first.steps_per_epoch
        self._goal = replace(command, until=base + max(1, steps))
        return Advance(until=self._goal.until)

    def _release(self, live: dict[int, Member], command: Command) -> None:
        self._asked = self._stopping = False
        if isinstance(command, Resume):
            self._goal = None
        for number, member in live.items():
            member.state = "running"
            member.releases += 1
            self._send(number, command)

    # --- events -----------------------------------------------------------------------------------
    def take(self, number: int, event: Event) -> list[Event]:
        """Take what a process said and return what that amounts to."""
        member = self.members[number]
        if isinstance(event, Refused | Failed) and member.state == "starting":
            return self._refuse(event) if event.request == self.attempt else []
        if isinstance(event, Started):
            return self._begin(number, event) if event.request == self.attempt else []
        if member.state in ("starting", "lost"):
            return []  # it belongs to an earlier experiment
        found = self._hear(number, member, event)
        if self._first is None or self.starting:
            self._held += found
            return []
        found += self._changes.settle(list(self._live()), self._meet)
        return found + self._settle()

    def _refuse(self, event: Refused | Failed) -> list[Event]:
        """Call the start off for all: what one refuses is said once."""
        self.discard()
        for member in self.members.values():
            member.state = "lost"
        return [replace(event, request=self.start.request)]

    def _begin(self, number: int, event: Started) -> list[Event]:
        member = self.members[number]
        member.state, member.runs = "running", event.share
        self._fields.expect(number, event.share, self.start.config)
        if number == min(self.members):
            self._first = event
        if self.starting or self._first is None:
            return []
        self._going = True
        held, self._held = self._held, []
        planned = tuple(sorted(run for m in self.members.values() for run in m.runs))
        started = replace(self._first, request=self.start.request, share=planned)
        return [started, *held, *self._settle()]

    def _hear(self, number: int, member: Member, event: Event) -> list[Event]:
        if isinstance(event, Recorded):
            member.step = max(member.step, event.chunk.first_step + event.chunk.steps)
            return [event]
        if isinstance(event, Field):
            return self._fields.take(number, event)
        if isinstance(event, ChangeReady | ChangeRefused | Changed):
            return self._changes.take(number, event)
        if isinstance(event, Paused):
            member.step = max(member.step, event.step)
            if event.releases == member.releases and member.state != "stopping":
                member.state = "paused"
        elif isinstance(event, Resumed):
            if not self._going:
                self._going = True
                return [event]
        elif isinstance(event, Ended):
            member.step, member.seconds = max(member.step, event.step), event.seconds
            if event.ending == "finished":
                member.state = "finished"
            elif event.releases == member.releases and member.state == "stopping":
                member.state = "stopped"
        elif isinstance(event, Failed):
            return self._lose(number, replace(event, request=-1), event.problem)
        elif isinstance(event, Died):
            return self._lose(number, event, lost_problem(event.exit_code, member.step))
        return []

    def _lose(self, number: int, event: Event, problem: Problem) -> list[Event]:
        """Note that a process cannot go on; with the last one, that is the end of all."""
        member = self.members[number]
        member.state = "lost"
        self._pace.leave(number)
        self._fields.forget(number)
        if all(other.state == "lost" for other in self.members.values()):
            self._going = False
            return [event]
        return [Lost(member.runs, problem)]

    def _settle(self) -> list[Event]:
        """Return the event that is due now that all have come to rest, if they have."""
        live = self._live()
        states = {member.state for member in live.values()}
        if not live:
            return self._end("finished")
        if states == {"stopped"}:
            return self._end("stopped") if self._stopping else []
        if states != {"paused"} or not self._going:
            return []
        # one that has finished is not to be ahead of those that rest either
        step = max(member.step for member in self.members.values() if member.state != "lost")
        behind = [number for number, member in live.items() if member.step < step]
        if behind:
            for number in behind:
                live[number].state = "running"
                self._send(number, Pause(step))
            return []
        if self._stopping:
            for number, member in live.items():
                member.state = "stopping"
                self._send(number, Stop())
            return []
        self._going = self._asked = False
        return [*self._fields.rest(), Paused(step)]

    def _end(self, ending: Literal["finished", "stopped"]) -> list[Event]:
        self._going = self._asked = self._stopping = False
        done = [member for member in self.members.values() if member.state != "lost"]
        if not done or self._over:
            return []
        self._over = ending == "finished"
        step, seconds = max(member.step for member in done), max(member.seconds for member in done)
        return [*self._fields.rest(), Ended(ending, step, seconds)]
