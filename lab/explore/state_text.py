"""States of the explorer as TOML text: `view = "curves"` and the fields that differ from the defaults' meaning."""

from __future__ import annotations

from lab.explore.states import State


def dump_state(state: State) -> str:
    """Return a state as TOML text."""
    raise NotImplementedError


def parse_state(text: str) -> State:
    """Read a state back.

    Raises
    ------
    ProblemError
        Where the text is no TOML, or has an unknown view or key, or a value that is not allowed.
    """
    raise NotImplementedError
