"""The instruments by kind."""

from __future__ import annotations

import importlib

from lab.instruments.instrument import Instrument
from lab.instruments.kinds import PLACES


def instrument(kind: str) -> Instrument:
    """Return an instrument, loading it when it is first asked.

    Raises
    ------
    KeyError
        For an unknown kind.
    """
    module, name = PLACES[kind]
    found: Instrument = getattr(importlib.import_module(module), name)
    return found
