"""A loss as it is chosen in the explorer: name, parameters, colour, and whether it is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from compute.losses import LOSSES, make_loss
from compute.losses.base import Loss, LossCard
from compute.losses.custom import LINK_NAMES
from compute.losses.custom_card import NAME as CUSTOM
from compute.losses.custom_parameters import read_parameters
from compute.problems import ProblemError
from lab.custom_formula import DECLARATION, FormulaKeyError, check_formula, tidied
from lab.explore.problems import refuse

SIBLINGS: tuple[dict[str, str], ...] = (
    {"sigmoid": "squared_error_sigmoid", "softmax": "brier", "identity": "squared_error"},
    {"sigmoid": "absolute_error_sigmoid", "softmax": "absolute_error_softmax", "identity": "absolute_error"},
    {"sigmoid": "binary_cross_entropy", "softmax": "cross_entropy"},
    {"sigmoid": "focal_sigmoid", "softmax": "focal"},
)
"""The same idea under different links, by the link's registry name."""


@dataclass(frozen=True)
class LossChoice:
    """A loss with the parameters that differ from its declaration's, in a view of the explorer.

    Attributes
    ----------
    name
        Registry name, or ``"custom"`` for a typed formula.
    parameters
        Name → value; what is not there has the declared default. Of a typed formula its keys as in the
        experiment file: formula, link, parameters, task.
    series
        Colour and dash, from 1.
    visible
        Whether its curves are drawn.
    """

    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    series: int = 1
    visible: bool = True

    def __post_init__(self) -> None:
        if self.name == CUSTOM:
            self._read_formula()
            return
        if self.name not in LOSSES:
            raise refuse("name", f"There is no loss {self.name!r}", "Known: " + ", ".join(LOSSES))
        try:
            self.loss()
        except (ValueError, TypeError) as error:
            raise refuse("parameters", f"{LOSSES[self.name].label}: {error}") from error

    def _read_formula(self) -> None:
        """Fill in the keys of a typed formula, and read it."""
        keys = {item.name: item.default for item in DECLARATION.parameters}
        unknown = [key for key in self.parameters if key not in keys]
        if unknown:
            raise refuse(unknown[0], f"A typed loss has no key {unknown[0]!r}", "Known: " + ", ".join(keys))
        try:
            values = {**keys, **tidied(self.parameters)}
            values["formula"] = check_formula(values)
        except FormulaKeyError as error:
            raise ProblemError(replace(error.problem, where=error.key)) from error
        except ValueError as error:
            raise refuse("parameters", str(error)) from error
        object.__setattr__(self, "parameters", values)

    @property
    def card(self) -> LossCard:
        """What is known about the loss."""
        return self.loss().card if self.name == CUSTOM else LOSSES[self.name]

    def loss(self) -> Loss:
        """Return the loss itself."""
        return make_loss(self.name, **dict(self.parameters))

    def label(self, others: Sequence[LossChoice] = (), *, short: bool = False) -> str:
        """Return its name, with the parameters by which it differs from others of the same name."""
        card = self.card
        name = (card.short or card.label) if short else card.label
        same = [other for other in others if other is not self and other.is_like(self)]
        words = [
            f"{parameter.label} {self.value(parameter.name):g}"
            for parameter in card.parameters
            if parameter.kind in ("float", "int")
            and any(other.value(parameter.name) != self.value(parameter.name) for other in same)
        ]
        return ", ".join([name, *words])

    def is_like(self, other: LossChoice) -> bool:
        """Whether it has the same parameters as another: it is the same loss, or the same formula."""
        formulas = [choice.parameters.get("formula") for choice in (self, other)]
        names = [tuple(item.name for item in choice.card.parameters) for choice in (self, other)]
        return self.name == other.name and formulas[0] == formulas[1] and names[0] == names[1]

    def value(self, parameter: str) -> Any:
        """Return a parameter's value, declared default included."""
        defaults = {item.name: item.default for item in self.card.parameters}
        return self.parameters.get(parameter, defaults[parameter])

    def with_parameter(self, parameter: str, value: Any) -> LossChoice:
        """Return the same loss with another value of a parameter, or of a key of a typed formula.

        Raises
        ------
        ProblemError
            Where it is not allowed.
        """
        parameter = parameter.removeprefix("parameters.")
        if self.name == CUSTOM and parameter in (item.name for item in DECLARATION.parameters):
            return replace(self, parameters={**self.parameters, parameter: value})
        if self.name == CUSTOM:
            read = [
                replace(item, value=float(value)) if item.name == parameter else item
                for item in read_parameters(self.parameters["parameters"])
            ]
            held = {item.name: item.data() for item in read}
            return replace(self, parameters={**self.parameters, "parameters": held})
        return replace(self, parameters={**self.parameters, parameter: value})

    def with_link(self, link: str) -> LossChoice | None:
        """Return the same idea under another link, or nothing where there is none."""
        if self.card.link == link:
            return self
        if self.name == CUSTOM:
            linked = {**self.parameters, "link": link}
            return replace(self, parameters=linked) if link in LINK_NAMES else None
        for family in SIBLINGS:
            if self.name in family.values() and family.get(link) in LOSSES:
                declared = {item.name for item in LOSSES[family[link]].parameters}
                kept = {key: value for key, value in self.parameters.items() if key in declared}
                return replace(self, name=family[link], parameters=kept)
        return None


def add_loss(losses: tuple[LossChoice, ...], name: str, **parameters: Any) -> tuple[LossChoice, ...]:
    """Return the losses with one more, in the first free colour."""
    taken = {loss.series for loss in losses}
    series = next(number for number in range(1, len(losses) + 2) if number not in taken)
    return (*losses, LossChoice(name, parameters, series))


def chosen(*names: str) -> tuple[LossChoice, ...]:
    """Return losses by name with their default parameters and the first colours.

    Examples
    --------
    >>> [loss.series for loss in chosen("binary_cross_entropy", "squared_error_sigmoid")]
    [1, 2]
    """
    return tuple(LossChoice(name, {}, number) for number, name in enumerate(names, 1))
