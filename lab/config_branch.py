"""Where an experiment branches off from itself, as data: up to a step other settings hold."""

from __future__ import annotations

from typing import Any

from pydantic import Field, field_validator

from lab.config_checks import Part

MOST_BRANCHES = 16
"""Branches of branches, at most."""


class BranchConfig(Part):
    """Settings that hold up to a step; after it, those of the experiment do."""

    step: int = Field(ge=0, le=10**9, description="Updates that are done with the settings before")
    before: dict[str, Any] = Field(
        default={}, description="Setting → value that holds up to the step, where it is another one"
    )
    without: tuple[str, ...] = Field(
        default=(), strict=False, description="Settings that are left out up to the step"
    )
    earlier: BranchConfig | None = Field(
        default=None, description="Where the settings before branch off themselves, at an earlier step"
    )

    @field_validator("before", mode="after")
    @classmethod
    def _lists(cls, table: dict[str, Any]) -> dict[str, Any]:
        """Hold values as tuples throughout, so that equal experiments compare equal."""
        return {key: _frozen(value) for key, value in table.items()}


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(item) for key, item in value.items()}
    return tuple(_frozen(item) for item in value) if isinstance(value, (list, tuple)) else value
