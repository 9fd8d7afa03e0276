"""What a pool said, for tests."""

from __future__ import annotations

from lab.messages import (
    Event,
)


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]
