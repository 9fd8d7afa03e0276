"""A field for the formula of a loss: checked when it is taken, the cursor put where it cannot be read."""

from __future__ import annotations

from typing import Any

from lab.custom_formula import formula_problem
from widgets.controls_text import TextField

#: Characters of a formula that the words under the field have room for.
_WIDTH = 24


class FormulaField(TextField):
    """A line for a formula. One that cannot be read stays as it was typed, with its problem told."""

    def _read(self, text: str) -> tuple[Any, str]:
        names = tuple(name for name, _, _ in self._spec.choices)
        words, place = formula_problem(text, names, _WIDTH)
        if words:
            lead = len(text) - len(text.lstrip())
            self.edit.setCursorPosition(min(lead + place, len(text)))
            return None, words
        return text, ""
