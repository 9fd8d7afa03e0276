"""The fields of a typed loss in the form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from compute.losses.custom_parameters import read_parameters
from lab.custom_formula import DECLARATION
from lab.field_spec import FieldSpec
from lab.form_fields import field_of


def custom_fields(values: Mapping[str, Any], path: str) -> tuple[FieldSpec, ...]:
    """Return the fields of a typed loss at a path: formula, parameters with their values, link, task."""
    formula, link, words, task = DECLARATION.parameters
    parameters = read_parameters(values["parameters"])
    lead = f"{path}." if path else ""
    names = tuple((parameter.name, parameter.name, "") for parameter in parameters)
    return (
        field_of(f"{lead}formula", formula, values["formula"], kind="formula", choices=names),
        field_of(
            f"{lead}parameters",
            words,
            ", ".join(str(parameter) for parameter in parameters),
            kind="text",
            default="",
            empty_text="none",
        ),
        *(
            field_of(f"{lead}parameters.{parameter.name}", parameter.declared(), parameter.value)
            for parameter in parameters
        ),
        field_of(f"{lead}link", link, values["link"]),
        field_of(f"{lead}task", task, values["task"], advanced=values["task"] == task.default),
    )
