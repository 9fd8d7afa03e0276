"""What is remembered of lessons from one start to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Progress:
    """A learner's progress.

    Attributes
    ----------
    open
        Key of the lesson that is open.
    begun, done
        Keys of the lessons that were run, and of those that were run to their ends.
    answers
        Key of a lesson → number of the answer predicted, from 1.
    skipped
        Keys of the lessons whose prediction was not wanted.
    own
        Paths of a person's own lessons, in the order in which they were opened.
    """

    open: str = ""
    begun: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)
    answers: dict[str, int] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    own: list[str] = field(default_factory=list)

    def saved(self) -> dict[str, Any]:
        """Return it as JSON-able data."""
        return {
            "open": self.open,
            "begun": sorted(self.begun),
            "done": sorted(self.done),
            "answers": dict(self.answers),
            "skipped": sorted(self.skipped),
            "own": [*self.own],
        }

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> Progress:
        """Return what `saved` gave; what does not fit is left out."""
        answers, done = stored.get("answers"), set(_words(stored.get("done")))
        return cls(
            open=str(stored.get("open", "")),
            begun=done | set(_words(stored.get("begun"))),
            done=done,
            answers={
                str(key): answer
                for key, answer in (answers.items() if isinstance(answers, Mapping) else ())
                if isinstance(answer, int) and answer >= 1
            },
            skipped=set(_words(stored.get("skipped"))),
            own=_words(stored.get("own")),
        )

    def forget(self, key: str) -> None:
        """Forget a lesson whose file is read anew."""
        self.begun.discard(key)
        self.done.discard(key)
        self.answers.pop(key, None)
        self.skipped.discard(key)


def _words(value: object) -> list[str]:
    """Return the texts of a remembered list; nothing of what is no list."""
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []
