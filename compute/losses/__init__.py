"""The losses by registry name."""

from __future__ import annotations

from typing import Any

from compute.links import LINKS
from compute.losses.base import Loss, LossCard
from compute.losses.cross_entropy import CrossEntropy
from compute.losses.custom import CustomLoss
from compute.losses.divergences import JensenShannon, KullbackLeibler, ReverseKullbackLeibler
from compute.losses.focal import Focal, FocalSigmoid
from compute.losses.margin import Hinge, ModifiedHuber, Perceptron, SquaredHinge
from compute.losses.margin_odds import ExponentialLoss, Logistic
from compute.losses.multiclass_hinge import MulticlassHinge
from compute.losses.noise_robust import GeneralizedCrossEntropy, SymmetricCrossEntropy
from compute.losses.overlap import Dice, Tversky
from compute.losses.poly import PolyCrossEntropy
from compute.losses.regression import AbsoluteError, Huber, SquaredError
from compute.losses.regression_bounded import GemanMcClure, TukeyBiweight, Welsch
from compute.losses.regression_counts import Gamma, Poisson, Tweedie
from compute.losses.regression_quantile import EpsilonInsensitive, Pinball, SquaredEpsilonInsensitive
from compute.losses.regression_relative import AbsolutePercentageError, SquaredLogError
from compute.losses.regression_robust import Cauchy, GeneralRobust, StudentT
from compute.losses.regression_scale import GaussianNLL, LaplaceNLL
from compute.losses.regression_smooth import HalfSquaredError, LogCosh, SmoothL1
from compute.losses.rescaled import RescaledSquaredError
from compute.losses.sigmoid_outputs import AbsoluteErrorSigmoid, BinaryCrossEntropy, SquaredErrorSigmoid
from compute.losses.softmax_outputs import AbsoluteErrorSoftmax, Brier
from compute.losses.sparsemax import SparsemaxLoss

LOSS_TYPES: dict[str, type[Loss]] = {
    "squared_error": SquaredError,
    "squared_error_sigmoid": SquaredErrorSigmoid,
    "brier": Brier,
    "absolute_error": AbsoluteError,
    "absolute_error_sigmoid": AbsoluteErrorSigmoid,
    "absolute_error_softmax": AbsoluteErrorSoftmax,
    "cross_entropy": CrossEntropy,
    "binary_cross_entropy": BinaryCrossEntropy,
    "huber": Huber,
    "half_squared_error": HalfSquaredError,
    "smooth_l1": SmoothL1,
    "log_cosh": LogCosh,
    "pinball": Pinball,
    "epsilon_insensitive": EpsilonInsensitive,
    "squared_epsilon_insensitive": SquaredEpsilonInsensitive,
    "cauchy": Cauchy,
    "student_t": StudentT,
    "geman_mcclure": GemanMcClure,
    "welsch": Welsch,
    "tukey_biweight": TukeyBiweight,
    "general_robust": GeneralRobust,
    "absolute_percentage_error": AbsolutePercentageError,
    "squared_log_error": SquaredLogError,
    "gaussian_nll": GaussianNLL,
    "laplace_nll": LaplaceNLL,
    "poisson": Poisson,
    "gamma": Gamma,
    "tweedie": Tweedie,
    "focal": Focal,
    "focal_sigmoid": FocalSigmoid,
    "poly_1": PolyCrossEntropy,
    "generalized_cross_entropy": GeneralizedCrossEntropy,
    "symmetric_cross_entropy": SymmetricCrossEntropy,
    "kullback_leibler": KullbackLeibler,
    "reverse_kullback_leibler": ReverseKullbackLeibler,
    "jensen_shannon": JensenShannon,
    "sparsemax": SparsemaxLoss,
    "rescaled_squared_error": RescaledSquaredError,
    "hinge": Hinge,
    "squared_hinge": SquaredHinge,
    "modified_huber": ModifiedHuber,
    "perceptron": Perceptron,
    "logistic": Logistic,
    "exponential": ExponentialLoss,
    "multiclass_hinge": MulticlassHinge,
    "dice": Dice,
    "tversky": Tversky,
}

LOSSES: dict[str, LossCard] = {name: kind.card for name, kind in LOSS_TYPES.items()}


def make_loss(name: str, **parameters: Any) -> Loss:
    """Return a loss by registry name with its hyper-parameters, each a number or an (R, 1) column.

    The name ``"custom"`` makes a typed loss of a formula, link and parameters; see `CustomLoss.of`.

    Raises
    ------
    ValueError
        For an unknown name or parameter, or a value out of bounds.

    Examples
    --------
    >>> make_loss("huber", delta=2.0)
    Huber(delta=2.0)
    """
    if name == "custom":
        return CustomLoss.of(**parameters)
    if name not in LOSS_TYPES:
        raise ValueError(f"loss must be one of {', '.join(LOSS_TYPES)}, not {name!r}")
    known = [parameter.name for parameter in LOSSES[name].parameters]
    for key in parameters:
        if key not in known:
            raise ValueError(f"{name} has no parameter {key!r}; it has {', '.join(known) or 'none'}")
    return LOSS_TYPES[name](**parameters)


def output_count(loss: str | LossCard, task: str, count: int) -> int:
    """Return the number K of outputs that a model needs for a loss.

    Parameters
    ----------
    loss
        Registry name or card.
    task
        ``"regression"``, or anything else for classes (``"classification"``, ``"binary"``, ``"multiclass"``).
    count
        Number of target columns (regression) or classes.

    Returns
    -------
    int
        For numbers the target columns, twice as many where a scale is learned. For classes all classes under
        a softmax; under any other link 1 for two classes, whose target is then the label 0 or 1, else all
        classes.

    Raises
    ------
    ValueError
        If the loss is not defined for the task, or there are fewer than two classes.

    Examples
    --------
    >>> output_count("cross_entropy", "classification", 2), output_count("squared_error", "classification", 2)
    (2, 1)
    """
    card = LOSSES[loss] if isinstance(loss, str) else loss
    if task == "regression":
        if "regression" not in card.tasks:
            raise ValueError(f"{card.label} is for classes, not for numbers")
        return count * card.outputs_per_target
    if count < 2:
        raise ValueError(f"classes need at least two, not {count}")
    return count if LINKS[card.link].joint or count > 2 else 1
