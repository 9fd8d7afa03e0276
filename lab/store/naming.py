"""Which stored experiments a person means."""

from __future__ import annotations

from collections.abc import Sequence

from compute.problems import Problem, ProblemError
from lab.store.store import Store


def find_experiment(store: Store, words: str) -> str:
    """Return the identity of the experiment that is meant.

    Parameters
    ----------
    store
        The store.
    words
        Its identity, how that begins, or ``latest``.

    Raises
    ------
    ProblemError
        Where the words name none, or several.
    """
    known = [row.id for row in store.experiments()]
    if words == "latest":
        if known:
            return known[0]
        raise ProblemError(Problem("The store is empty", "losslab run FILE.toml trains an experiment."))
    named = [words] if words in known else [identity for identity in known if identity.startswith(words)]
    if len(named) == 1:
        return named[0]
    if named:
        raise ProblemError(
            Problem(
                f"{len(named)} experiments begin with {words[:40]}", f"Two of them: {named[0]}, {named[1]}."
            )
        )
    raise ProblemError(
        Problem(f"The store has no experiment {words[:40]}", "losslab store info lists the newest.")
    )


def find_resting(store: Store, words: Sequence[str]) -> tuple[str, ...]:
    """Return the identities of experiments that no program is at work on, each once.

    Parameters
    ----------
    store
        The store.
    words
        As those of `find_experiment`.

    Raises
    ------
    ProblemError
        As `find_experiment`, and for an experiment that is still being trained or can still go on.
    """
    found = dict.fromkeys(find_experiment(store, word) for word in words)
    with store.database.reading() as connection:
        kept = {row[0] for row in connection.execute("SELECT id FROM experiments WHERE owner_pid NOTNULL")}
    for identity in found:
        if identity in kept:
            raise ProblemError(
                Problem(
                    f"Experiment {identity} is still in use", "Try again when its program is done with it."
                )
            )
    return tuple(found)
