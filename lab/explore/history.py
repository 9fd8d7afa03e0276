"""Undo and redo of states."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lab.explore.states import State

LONGEST = 200


@dataclass(frozen=True)
class History:
    """The states that were, the one that is and those that were undone; a value, like the states.

    Examples
    --------
    >>> from lab.explore.information import InformationState
    >>> bits = InformationState(unit="bits")
    >>> history = History(InformationState()).done(bits)
    >>> history.undone().state.unit, history.undone().redone() == history
    ('nats', True)
    """

    state: State
    before: tuple[State, ...] = ()
    after: tuple[State, ...] = ()

    def done(self, state: State, *, same_gesture: bool = False) -> History:
        """Return the history after an edit; one of the same drag replaces the edit before it."""
        if state == self.state:
            return self
        if same_gesture:
            return replace(self, state=state, after=())
        return History(state, (*self.before, self.state)[-LONGEST:])

    @property
    def can_undo(self) -> bool:
        """Whether there is something to undo."""
        return bool(self.before)

    @property
    def can_redo(self) -> bool:
        """Whether there is something to redo."""
        return bool(self.after)

    def undone(self) -> History:
        """Return the history one edit earlier, or itself."""
        if not self.before:
            return self
        return History(self.before[-1], self.before[:-1], (self.state, *self.after))

    def redone(self) -> History:
        """Return the history one undone edit later, or itself."""
        if not self.after:
            return self
        return History(self.after[0], (*self.before, self.state), self.after[1:])
