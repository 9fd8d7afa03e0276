"""Write an experiment as one script, NumPy or PyTorch, with its data and initial weights beside it."""

from __future__ import annotations

import io
import re
import textwrap
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from compute.backend import select_device
from compute.batches import DRAWN_TOGETHER
from compute.plan import Plan
from compute.problems import Problem, ProblemError
from compute.seeding import stream
from lab.branching import refuse_branch
from lab.config import ExperimentConfig
from lab.custom_formula import NAME as TYPED
from lab.loss_labels import loss_labels
from lab.scripts.pieces import cut, names_in
from lab.sweep import evaluation_interval, plan_sweep, planned_steps, prepare_data
from lab.whole_files import check_free, whole_file

Kind = Literal["numpy", "torch"]

_IMPORTS = (
    ("csv", "import csv"),
    ("hashlib", "import hashlib"),
    ("math", "import math"),
    ("partial", "from functools import partial"),
    ("pairwise", "from itertools import pairwise"),
    ("Path", "from pathlib import Path"),
    ("Any", "from typing import Any"),
)
_LIBRARIES = (
    ("np", "import numpy as np"), ("torch", "import torch"), ("F", "import torch.nn.functional as F"),
)  # fmt: skip
_UNITS = {"sigmoid": "sigmoid_unit", "softplus": "softplus_unit"}
_TORCH_UNITS = {
    "identity": "torch.nn.Identity", "relu": "torch.nn.ReLU", "tanh": "torch.nn.Tanh",
    "leaky_relu": "partial(torch.nn.LeakyReLU, 0.01)", "sigmoid": "torch.nn.Sigmoid",
    "gelu": 'partial(torch.nn.GELU, approximate="tanh")', "softplus": "torch.nn.Softplus",
}  # fmt: skip
_TORCH_OPTIMIZERS = {
    "sgd": "partial(torch.optim.SGD, lr=0.0)",
    "momentum": "partial(torch.optim.SGD, lr=0.0, momentum={momentum})",
    "nesterov": "partial(torch.optim.SGD, lr=0.0, momentum={momentum}, nesterov=True)",
    "adagrad": "partial(torch.optim.Adagrad, lr=0.0, eps={epsilon})",
    "rmsprop": "partial(torch.optim.RMSprop, lr=0.0, alpha={decay}, eps={epsilon})",
    "adam": "partial(torch.optim.Adam, lr=0.0, betas=({beta1}, {beta2}), eps={epsilon})",
    "adamw": "partial(torch.optim.AdamW, lr=0.0, betas=({beta1}, {beta2}), eps={epsilon}, "
    "weight_decay={weight_decay})",
}
_SCHEDULES = {"exponential": "exponential_decay"}
_PROGRAM = {
    "numpy": ("layers_of", "forward", "objective_and_gradient", "measure", "train", "reached", "main"),
    "torch": ("make_model", "objective_of", "measure", "length", "train"),
}


def write_script(
    config: ExperimentConfig, path: Path, kind: Kind = "numpy", *, overwrite: bool = False
) -> tuple[Path, Path]:
    """Write a script, and what it reads, of the same name with ``.npz``.

    Parameters
    ----------
    config
        The experiment.
    path
        The script.
    kind
        ``"numpy"`` or ``"torch"``.
    overwrite
        Whether files that exist may be replaced.

    Returns
    -------
    tuple of Path
        Script and data.

    Raises
    ------
    ProblemError
        For a typed formula or a branch, which have no script; data that cannot be loaded; files that cannot
        be written.
    """
    data = path.with_suffix(".npz")
    check_free([path, data], overwrite)
    text, arrays = script(config, path.stem, kind)
    packed = io.BytesIO()
    np.savez_compressed(packed, **arrays)  # type: ignore[arg-type]
    with whole_file(data, overwrite=overwrite) as file:
        file.write(packed.getvalue())
    with whole_file(path, overwrite=overwrite) as file:
        file.write(text.encode())
    return path, data


def script(config: ExperimentConfig, stem: str, kind: Kind) -> tuple[str, dict[str, NDArray[Any]]]:
    """Return the text of a script and the arrays that it reads; errors as `write_script`."""
    refuse_branch(config, "An experiment that branches off has no script")
    typed = [loss for loss in config.losses if loss.name == TYPED]
    if typed:
        raise ProblemError(
            Problem(
                "A formula of your own cannot be written as a script",
                "Take that loss out, or choose one of the catalogue; the other losses have a script.",
                "losses",
            )
        )
    sweep = plan_sweep(config, prepare_data(config), select_device("cpu"))
    arrays = _arrays(sweep.plans)
    parts = [
        *_constants(config, sweep.plans, kind),
        *(f"\n{piece}\n" for piece in _pieces(config, sweep.plans, kind)),
        _choices(config, sweep.plans[0][1].data.task, kind),
        _losses(config, sweep.plans),
        *(f"\n{piece}\n" for piece in _program(kind)),
        '\nif __name__ == "__main__":\n    main()',
    ]
    body = "\n".join(parts) + "\n"
    return _head(config, stem, kind, body) + "\n" + body, arrays


def _program(kind: Kind) -> list[str]:
    """Return the functions that train; both kinds end in the same way."""
    found = cut(f"{kind}_program", _PROGRAM[kind], _elsewhere(kind))
    if kind == "torch":
        found += cut("numpy_program", ("reached", "main"), _elsewhere("numpy", ("reached", "main")))
    return found


def _elsewhere(kind: Kind, wanted: tuple[str, ...] | None = None) -> tuple[str, ...]:
    """Return the names that a program's file holds only so that it can be read alone."""
    wanted = _PROGRAM[kind] if wanted is None else wanted
    return tuple(name for name in names_in(f"{kind}_program") if name not in wanted)


def _head(config: ExperimentConfig, stem: str, kind: Kind, body: str) -> str:
    library = {"numpy": "NumPy", "torch": "PyTorch"}[kind]
    question = f"\n{config.question}\n" if config.question else ""
    words = f'''"""{_plain(config.name)}: the experiment of Loss Lab as plain {library}.
{_plain(question)}
Run it with: python {stem}.py
It reads {stem}.npz beside it: the data as they were split, spoilt and scaled,
and the initial weights. It starts from the same weights, sees the same batches and gives the same curves
as the lab, in double precision.
"""

from __future__ import annotations

'''
    return words + _imports(body)


def _imports(body: str) -> str:
    """Return the imports that a script's text needs."""
    lines = [line for name, line in _IMPORTS if re.search(rf"\b{name}[.(\],]", body)]
    lines += ["", *(line for name, line in _LIBRARIES if re.search(rf"\b{name}\.", body))]
    if re.search(r"\btorch\.", body):
        lines += ["", "torch.set_default_dtype(torch.float64)"]
    return "\n".join([*lines, ""])


def _plain(text: str) -> str:
    return text.replace("\\", "/").replace('"', "'")


def _constants(config: ExperimentConfig, plans: Any, kind: Kind) -> list[str]:
    plan: Plan = plans[0][1]
    training = config.training
    samples = plan.data.train.samples
    target, plateau = training.target, training.plateau
    variants = tuple(int(v) for v in plan.data.variant_of_seed)
    return [
        'DATA = dict(np.load(Path(__file__).with_suffix(".npz")))',
        f"SEEDS = {config.seeds.values!r}",
        f"VARIANT_OF_SEED = {variants!r}  # which of the splits in DATA a seed trains on",
        f"STEPS = {planned_steps(config, samples)}",
        f"EVALUATE_EVERY = {evaluation_interval(config, samples)}",
        f"BATCH = {plan.batch_size!r}",
        f"TOGETHER = {max(1, DRAWN_TOGETHER // samples)}  # epochs that are shuffled by one stream",
        f"WARMUP = {config.optimizer.schedule.warmup}",
        f"L1, L2 = {training.l1!r}, {training.l2!r}  # L1 Σ|w| + L2/2 Σw², on weights only",
        f"CLIP: float | None = {training.clip!r}  # largest gradient norm",
        f"DIVERGENCE = {training.divergence!r}",
        f"TARGET: tuple[str, float] | None = {None if target is None else (target.metric, target.value)!r}",
        "PLATEAU: tuple[str, int, float] | None = "
        f"{None if plateau is None else (plateau.metric, plateau.patience, plateau.min_delta)!r}",
        'SCORES = ("accuracy", "r2")  # of these metrics more is better',
    ]


def _pieces(config: ExperimentConfig, plans: Any, kind: Kind) -> list[str]:
    plan: Plan = plans[0][1]
    schedule = _SCHEDULES.get(config.optimizer.schedule.name, config.optimizer.schedule.name)
    wanted = ["stream", "batch_rows", schedule, _evaluation(plan.data.task), "predict"]
    if kind == "numpy":
        unit = config.model.activation
        wanted += [_UNITS.get(unit, unit), config.optimizer.name]
    names = dict.fromkeys(loss.name for loss in config.losses)
    found = [*cut("numpy_parts", wanted), *cut(f"{kind}_losses", names)]
    cards = {loss.name: loss.card for loss in config.losses}
    return [_described(piece, cards) for piece in found]


def _described(piece: str, cards: dict[str, Any]) -> str:
    """Write above a loss what it is."""
    name = piece.partition("(")[0].removeprefix("def ")
    if name not in cards:
        return piece
    card = cards[name]
    note = "\n".join(textwrap.wrap(f"{card.label}: {card.plain}", 108))
    return textwrap.indent(note, "# ") + "\n" + piece


def _call(function: str, parameters: dict[str, Any]) -> str:
    given = "".join(f", {name}={value!r}" for name, value in parameters.items())
    return f"partial({function}{given})" if given else function


def _evaluation(task: str) -> str:
    return "evaluate_classes" if task == "classification" else "evaluate_numbers"


def _choices(config: ExperimentConfig, task: str, kind: Kind) -> str:
    optimizer, schedule = config.optimizer, config.optimizer.schedule
    course = dict(schedule.parameters)
    if schedule.name == "cosine":
        course = {"length": "STEPS - WARMUP", **course}
    words = _call(_SCHEDULES.get(schedule.name, schedule.name), course)
    lines = [
        f"evaluate = {_evaluation(task)}",
        f"schedule = {words}".replace("'STEPS - WARMUP'", "STEPS - WARMUP"),
    ]
    if kind == "numpy":
        unit = config.model.activation
        lines += [
            f"activate = {_UNITS.get(unit, unit)}",
            f"update = {_call(optimizer.name, dict(optimizer.parameters))}",
        ]
    else:
        numbers = {name: repr(value) for name, value in optimizer.parameters.items()}
        lines += [
            f"ACTIVATION = {_TORCH_UNITS[config.model.activation]}",
            f"make_optimizer = {_TORCH_OPTIMIZERS[optimizer.name].format(**numbers)}",
        ]
    return "\n" + "\n".join(lines)


def _arrays(plans: Any) -> dict[str, NDArray[Any]]:
    data = plans[0][1].data
    arrays: dict[str, NDArray[Any]] = {}
    for name in ("train", "validation"):
        part = getattr(data, name)
        count = part.inputs.shape[1]
        arrays[f"{name}_inputs"], arrays[f"{name}_targets"] = part.inputs, part.targets
        most = plans[0][1].evaluate_rows
        rows = np.arange(count)
        if count > most:
            rows = np.sort(stream(0, "evaluation").permutation(count)[:most])
        arrays[f"{name}_rows"] = rows
    for number, (indices, plan) in enumerate(plans):
        width = plan.model.sizes[-1]
        arrays[f"targets_{number}"] = _targets(data.train.targets, width, data.task)
        losses = sorted({int(group.runs.start) for group in plan.groups})
        seeds = len(indices) // len(losses)
        arrays[f"initial_{number}"] = plan.initial[:seeds]
    return arrays


def _targets(targets: NDArray[Any], width: int, task: str) -> NDArray[np.float64]:
    """Return training targets as losses take them: (S, n, K)."""
    if task != "classification":
        return targets.astype(np.float64)
    if width == 1:
        return targets.astype(np.float64)[..., None]
    hot: NDArray[np.float64] = np.eye(width)[targets]
    return hot


def _losses(config: ExperimentConfig, plans: Any) -> str:
    labels = loss_labels(config)
    seeds = config.seeds.count
    shape_of = {index // seeds: number for number, (indices, _) in enumerate(plans) for index in indices}
    lines = ["\nLOSSES: dict[str, dict[str, Any]] = {"]
    for place, (loss, label) in enumerate(zip(config.losses, labels, strict=True)):
        number = shape_of[place]
        plan: Plan = plans[number][1]
        rate = config.optimizer.learning_rate if loss.learning_rate is None else loss.learning_rate
        sizes = plan.model.sizes
        entries = {
            "function": loss.name,
            "parameters": repr(dict(loss.parameters)),
            "scale": repr(loss.scale),
            "rate": repr(rate),
            "link": repr(loss.make().link.name),
            "width": repr(sizes[-1] // loss.card.outputs_per_target),
            "largest": repr(float(loss.parameters.get("M", 1.0))),
            "sizes": repr(sizes),
            "targets": repr(f"targets_{number}"),
            "initial": repr(f"initial_{number}"),
        }
        lines.append(f"    {label!r}: {{")
        lines += [f"        {key!r}: {value}," for key, value in entries.items()]
        lines.append("    },")
    return "\n".join(lines) + "\n}"
