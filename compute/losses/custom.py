"""A loss typed as a formula: the same contract as every other loss, with a card made from the formula."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from compute.backend import Array, array_module
from compute.links import LINKS, Link
from compute.losses.base import Loss, LossCard
from compute.losses.custom_card import card_of
from compute.losses.custom_parameters import FormulaParameter, read_parameters
from compute.losses.custom_rules import Rule, derive
from compute.losses.custom_syntax import tidy
from compute.losses.reductions import sum_first
from compute.losses.sigmoid_form import SigmoidForm
from compute.losses.softmax_form import SoftmaxForm
from compute.workspace import Workspace


@dataclass(frozen=True)
class CustomLoss(Loss):
    r"""A formula of one output, summed over outputs; its gradient is derived from it.

    .. math:: L = \sum_k f(z_k, p_k, y_k), \qquad
        \frac{\partial L}{\partial z_j} = \frac{\partial f}{\partial z_j}
        + \sum_k \frac{\partial f}{\partial p_k} \frac{\partial p_k}{\partial z_j}

    The value is computed as it was typed: a form that overflows does so here too. The gradient is SymPy's
    derivative in its shorter form, where that is the same number; sign(0) is 0 and the place where cases meet
    belongs to the case that its comparison says.

    Parameters
    ----------
    formula
        In the language of `compute.losses.custom_tree`.
    link_name
        Registry name of the link.
    parameters
        Its named parameters.
    task
        ``"auto"``, ``"regression"`` or ``"classification"``: what targets it is offered for.
    columns
        (R, number of parameters): values a run instead of those of ``parameters``.

    Raises
    ------
    ProblemError
        Where the formula cannot be read.

    Examples
    --------
    >>> huber = CustomLoss.of("where(abs(r) < d, r**2/2, d*(abs(r) - d/2))", parameters={"d": 2.0})
    >>> value, gradient = huber.value_and_gradient(np.array([[[1.0], [5.0]]]), np.zeros((1, 2, 1)))
    >>> value.tolist(), gradient.tolist()
    ([[0.5, 8.0]], [[[1.0], [2.0]]])
    """

    formula: str
    link_name: str = "identity"
    parameters: tuple[FormulaParameter, ...] = ()
    task: str = "auto"
    columns: Array | None = None

    def __post_init__(self) -> None:
        names = tuple(parameter.name for parameter in self.parameters)
        rule = derive(self.formula, names, self.link_name)
        object.__setattr__(self, "_rule", rule)
        object.__setattr__(self, "_names", rule.names)
        if self.columns is not None and (self.columns.ndim != 2 or self.columns.shape[1] != len(names)):
            raise ValueError(f"columns must be (R, {len(names)}), not {self.columns.shape}")

    @classmethod
    def of(
        cls,
        formula: str,
        link: str = "identity",
        parameters: object = (),
        task: str = "auto",
    ) -> CustomLoss:
        """Make one from a formula and its parameters.

        Parameters
        ----------
        formula, link, task
            As the fields of the class.
        parameters
            As `read_parameters` takes them; a value may also be an (R, 1) column.

        Raises
        ------
        ValueError
            For an unknown link or task, or a column of the wrong shape.
        ProblemError
            Where formula or parameters cannot be read.
        """
        if link not in LINK_NAMES:
            raise ValueError(f"link must be one of {', '.join(LINK_NAMES)}, not {link!r}")
        if task not in TASKS:
            raise ValueError(f"task must be one of {', '.join(TASKS)}, not {task!r}")
        arrays: dict[str, Array] = {}
        if isinstance(parameters, Mapping):
            arrays = {name: value for name, value in parameters.items() if getattr(value, "ndim", 0) == 2}
            parameters = {name: 1.0 if name in arrays else value for name, value in parameters.items()}
        read = read_parameters(parameters)
        return cls(tidy(formula), link, read, task, _columns(read, arrays) if arrays else None)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as text; the other process derives it again."""
        return type(self), (self.formula, self.link_name, self.parameters, self.task, self.columns)

    @property
    def link(self) -> Link:  # type: ignore[override]
        """Its link."""
        return LINKS[self.link_name]

    @property
    def card(self) -> LossCard:  # type: ignore[override]
        """What is known about it: formula and gradient, and what its analysis found."""
        found: LossCard | None = self.__dict__.get("_card")
        if found is None:
            found = card_of(dataclasses.replace(self, columns=None) if self.columns is not None else self)
            object.__setattr__(self, "_card", found)
        return found

    @property
    def rule(self) -> Rule:
        """What computes it."""
        return self._rule  # type: ignore[attr-defined, no-any-return]

    def _parameters(self) -> dict[str, Any]:
        return {parameter.name: parameter.value for parameter in self.parameters}

    def _write(self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace) -> None:
        with np.errstate(all="ignore"):
            if self.link_name == "softmax":
                self._write_softmax(outputs, targets, value, gradient, work)
            else:
                self._write_each(outputs, targets, value, gradient, work)

    def _write_each(
        self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace
    ) -> None:
        """Links that act on every output for itself; arrays are (K, R, B), as outputs lie in memory."""
        xp, names = work.xp, self._names  # type: ignore[attr-defined]
        z, y, slope = (array.transpose(2, 0, 1) for array in (outputs, targets, gradient))
        inputs = self._inputs(outputs.shape[-1], z.dtype)
        inputs.update(z=z, y=y, p=z)
        form = None
        if self.link_name == "sigmoid":
            form = SigmoidForm.of(outputs, work)
            inputs["p"] = form.p.transpose(2, 0, 1)
        elif self.link_name == "tanh":
            inputs["p"] = xp.tanh(z, out=work.buffer("formula p", z.shape, z.dtype))
        if "r" in names:
            inputs["r"] = residual = work.buffer("formula r", z.shape, z.dtype)
            if form is not None:
                form.write_residual(targets, residual.transpose(1, 2, 0))
            else:
                xp.subtract(inputs["p"], y, out=residual)
        self._add_margin(inputs, z, y, work)
        each, by_p, by_z = self.rule.program.run(inputs, z.shape, z.dtype, work)
        sum_first(each, value, work)
        if _is_zero(by_p):
            _put(by_z, slope, xp)
            return
        p = inputs["p"]
        if form is not None:
            xp.multiply(by_p, p, out=slope)
            xp.multiply(slope, form.q.transpose(2, 0, 1), out=slope)
        else:
            factor = work.buffer("formula slope", z.shape, z.dtype)
            xp.multiply(xp.subtract(1, p, out=factor), by_p, out=slope)
            xp.multiply(slope, xp.add(1, p, out=factor), out=slope)
        if not _is_zero(by_z):
            xp.add(slope, by_z, out=slope)

    def _write_softmax(
        self, outputs: Array, targets: Array, value: Array, gradient: Array, work: Workspace
    ) -> None:
        """Softmax, with the whole Jacobian; arrays are (K, R, B) as in `SoftmaxForm`."""
        xp, names = work.xp, self._names  # type: ignore[attr-defined]
        form = SoftmaxForm.of(outputs, targets, gradient, work)
        shape, dtype = form.shifted.shape, outputs.dtype
        inputs = self._inputs(outputs.shape[-1], dtype)
        p = work.buffer("formula p", shape, dtype)
        form.write_probability(p)
        inputs.update(z=outputs.transpose(2, 0, 1), y=form.targets, p=p)
        if "r" in names:
            inputs["r"] = work.buffer("formula r", shape, dtype)
            xp.subtract(p, form.targets, inputs["r"])
        self._add_margin(inputs, inputs["z"], form.targets, work)
        each, by_p, by_z = self.rule.program.run(inputs, shape, dtype, work)
        sum_first(each, value, work)
        if _is_zero(by_p):
            _put(by_z, form.slope, xp)
            return
        _put(by_p, form.slope, xp)
        form.pull_back()
        if not _is_zero(by_z):
            xp.add(form.slope, by_z, out=form.slope)

    def _add_margin(self, inputs: dict[str, Any], z: Array, y: Array, work: Workspace) -> None:
        if "m" not in self._names:  # type: ignore[attr-defined]
            return
        xp = work.xp
        margin = inputs["m"] = work.buffer("formula m", z.shape, z.dtype)
        xp.multiply(y, 2, out=margin)
        xp.subtract(margin, 1, out=margin)
        xp.multiply(margin, z, out=margin)

    def _inputs(self, outputs: int, dtype: Any) -> dict[str, Any]:
        """Return K and the parameters as numbers, or (R, 1) columns."""
        inputs: dict[str, Any] = {"K": float(outputs)}
        for place, parameter in enumerate(self.parameters):
            value: Any = parameter.value
            if self.columns is not None:
                value = self.columns[:, place].reshape(-1, 1).astype(dtype, copy=False)
            inputs[parameter.name] = value
        return inputs


LINK_NAMES = ("identity", "sigmoid", "softmax", "tanh")
TASKS = ("auto", "regression", "classification")


def _is_zero(result: Any) -> bool:
    return isinstance(result, float) and result == 0


def _put(result: Any, out: Array, xp: Any) -> None:
    xp.copyto(out, result)


def _columns(parameters: tuple[FormulaParameter, ...], arrays: Mapping[str, Array]) -> Array:
    """Return (R, number of parameters) from some (R, 1) columns and numbers."""
    lengths = {array.shape for array in arrays.values()}
    if len(lengths) > 1 or next(iter(lengths))[1:] != (1,):
        raise ValueError(f"columns of parameters must all be (R, 1), not {sorted(lengths)}")
    runs = next(iter(lengths))[0]
    first = next(iter(arrays.values()))
    xp = array_module(first)
    parts = [
        arrays[parameter.name] if parameter.name in arrays else xp.full((runs, 1), parameter.value)
        for parameter in parameters
    ]
    result: Array = xp.concatenate(parts, axis=1)
    return result
