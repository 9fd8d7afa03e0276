"""The fields of a loss's parameters in the explorer, and what can be added beside the catalogue."""

from __future__ import annotations

from compute.losses.custom_card import NAME as CUSTOM
from lab.custom_formula import ADDABLE
from lab.explore.choice import LossChoice
from lab.field_spec import FieldSpec
from lab.form_custom import custom_fields
from lab.form_fields import field_of

__all__ = ["ADDABLE", "fields_of"]


def fields_of(choice: LossChoice) -> tuple[FieldSpec, ...]:
    """Return the fields of a loss; their paths are what `LossChoice.with_parameter` takes.

    Examples
    --------
    >>> [field.path for field in fields_of(LossChoice("custom"))]
    ['formula', 'parameters', 'parameters.d', 'link']
    """
    if choice.name == CUSTOM:
        return tuple(field for field in custom_fields(choice.parameters, "") if field.path != "task")
    return tuple(field_of(item.name, item, choice.value(item.name)) for item in choice.card.parameters)
