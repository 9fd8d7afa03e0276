"""The experiment as data: what can be configured, with bounds and help. See `lab.experiment_file` for TOML.

Parts that select something from a registry (data set, loss, optimiser, schedule, initialiser) keep the
selected thing's own parameters beside their fixed fields; `Selection` checks both against the registry's
declaration, so that bounds stand in one place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from compute.datasets import DATASETS
from compute.declaration import Declaration
from compute.losses import LOSSES, make_loss
from compute.losses.base import Loss, LossCard
from compute.models import ACTIVATIONS, INITIALIZERS, MODELS
from compute.optimizers import OPTIMIZERS, SCHEDULES
from lab.config_branch import BranchConfig
from lab.config_checks import Part, Selection, not_allowed
from lab.config_race import RaceConfig, SeedsConfig
from lab.config_sweep import NO_AXES, AxisConfig
from lab.custom_formula import DECLARATION, NAME, FormulaKeyError, check_formula, custom_loss, tidied
from lab.metric_catalogue import METRICS

FORMAT = 1
DEFAULT_EPOCHS = 40

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class SplitConfig(Part):
    """Shares of training, validation and test samples."""

    train: Annotated[float, Field(gt=0, le=1)] = 0.7
    validation: Share = 0.15
    test: Share = 0.15
    by_run: bool = Field(
        default=False, description="Give every run seed its own split (and its own corruption)"
    )

    @model_validator(mode="after")
    def _sum(self) -> Self:
        total = self.train + self.validation + self.test
        if abs(total - 1) > 1e-6:
            shares = f"train {self.train:g} + validation {self.validation:g} + test {self.test:g}"
            raise PydanticCustomError("shares", "{shares}", {"shares": shares, "total": f"{total:.6g}"})
        return self


Finite = Annotated[float, Field(allow_inf_nan=False)]


class ScalingConfig(Part):
    """Fixed numbers that inputs and targets are scaled by: (value − shift) / scale, one number a column."""

    input_shift: tuple[Finite, ...] = Field(min_length=1, strict=False)
    input_scale: tuple[Positive, ...] = Field(min_length=1, strict=False)
    target_shift: tuple[Finite, ...] = Field(min_length=1, strict=False)
    target_scale: tuple[Positive, ...] = Field(min_length=1, strict=False)


class PreprocessingConfig(Part):
    """What is done to inputs and targets, fitted on the training part only."""

    inputs: Literal["standardize", "unit", "none"] = Field(
        default="standardize",
        description="standardize: mean 0, deviation 1 a feature; unit: divide all by the largest value",
    )
    targets: Literal["standardize", "none"] = Field(
        default="standardize", description="Regression targets only"
    )
    fixed: ScalingConfig | None = Field(
        default=None, description="Numbers to scale by instead of those that would be fitted"
    )


class LabelNoiseConfig(Part):
    """Wrong training labels, with the truth kept."""

    kind: Literal["uniform", "pair_flip"] = "uniform"
    share: Share = Field(default=0.0, description="Share of training labels that are flipped")


class OutlierConfig(Part):
    """Training targets moved away, with the truth kept."""

    kind: Literal["random", "leverage"] = Field(
        default="random", description="random: any sample; leverage: those with the largest first feature"
    )
    share: Share = 0.0
    shift: float = Field(
        default=20.0, allow_inf_nan=False, description="Added to the target, in its own units"
    )


class ImbalanceConfig(Part):
    """Rare classes."""

    ratio: Annotated[float, Field(gt=0, le=1)] = Field(
        default=1.0,
        description="Size of the last class relative to the first; those between follow geometrically",
    )


class DataConfig(Selection):
    """The data set, its seed, split, preprocessing and corruption."""

    registry: ClassVar[Mapping[str, Declaration]] = DATASETS
    noun: ClassVar[str] = "data sets"
    seed: int = Field(
        default=0, ge=0, le=2**32 - 1, description="Seed of the data, apart from the seeds of the runs"
    )
    split: SplitConfig = SplitConfig()
    preprocessing: PreprocessingConfig = PreprocessingConfig()
    label_noise: LabelNoiseConfig = LabelNoiseConfig()
    outliers: OutlierConfig = OutlierConfig()
    imbalance: ImbalanceConfig = ImbalanceConfig()


class InitializerConfig(Selection):
    """How initial weights are drawn."""

    registry: ClassVar[Mapping[str, Declaration]] = INITIALIZERS
    noun: ClassVar[str] = "initialisers"


class ModelConfig(Part):
    """The model: linear, or a multilayer perceptron."""

    name: Literal["linear", "mlp"] = "mlp"
    hidden: tuple[Annotated[int, Field(ge=1, le=4096)], ...] = Field(
        default=(32,), max_length=16, description="Units of each hidden layer", strict=False
    )
    activation: str = "tanh"
    initializer: InitializerConfig = InitializerConfig(name="glorot")

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.name not in MODELS:
            raise not_allowed("name", self.name, "one of the known models", tuple(MODELS))
        if self.activation not in ACTIVATIONS:
            raise not_allowed(
                "activation", self.activation, "one of the known activations", tuple(ACTIVATIONS)
            )
        return self


class LossConfig(Selection):
    """One loss of the comparison."""

    registry: ClassVar[Mapping[str, Declaration]] = {**LOSSES, NAME: DECLARATION}
    noun: ClassVar[str] = "losses"
    scale: Positive = Field(
        default=1.0, le=1e6, description="Factor in front of the loss; shown with its formula"
    )
    learning_rate: Positive | None = Field(default=None, le=1e6, description="This loss's own learning rate")
    series: int = Field(default=0, ge=0, le=64, description="Colour and dash; 0 lets the lab choose")
    label: str = Field(default="", max_length=60, description="Own name in legends and files")

    @model_validator(mode="before")
    @classmethod
    def _tidy_formula(cls, values: Any) -> Any:
        """Read the parameters of a typed formula, which are a table or words."""
        if not isinstance(values, dict) or values.get("name") != NAME:
            return values
        try:
            return tidied(values)
        except FormulaKeyError as error:
            raise _formula_error(error) from None

    @model_validator(mode="after")
    def _check_formula(self) -> Self:
        """Read a typed formula and hold its gradient against differences."""
        if self.name == NAME and self.model_extra is not None:
            try:
                self.model_extra["formula"] = check_formula(self.parameters)
            except FormulaKeyError as error:
                raise _formula_error(error) from None
        return self

    @property
    def card(self) -> LossCard:
        """What is known about the loss: of the catalogue, or made from the typed formula."""
        return custom_loss(self.parameters).card if self.name == NAME else LOSSES[self.name]

    def make(self) -> Loss:
        """Return the loss with its parameters."""
        return custom_loss(self.parameters) if self.name == NAME else make_loss(self.name, **self.parameters)


def _formula_error(error: FormulaKeyError) -> PydanticCustomError:
    return PydanticCustomError("formula", "{key}", {"key": error.key, "problem": error.problem})


class ScheduleConfig(Selection):
    """The learning rate's course."""

    registry: ClassVar[Mapping[str, Declaration]] = SCHEDULES
    noun: ClassVar[str] = "schedules"
    warmup: int = Field(default=0, ge=0, le=10**9, description="Steps of linear warm-up")


class OptimizerConfig(Selection):
    """The update rule."""

    registry: ClassVar[Mapping[str, Declaration]] = OPTIMIZERS
    noun: ClassVar[str] = "optimisers"
    learning_rate: Positive = Field(default=0.1, le=1e6)
    schedule: ScheduleConfig = ScheduleConfig(name="constant")


def _known_metric(value: str) -> str:
    names = tuple(key for key, metric in METRICS.items() if metric.may_steer)
    if value not in names:
        raise not_allowed("", value, "one of the evaluated metrics", names)
    return value


StopMetric = Annotated[str, AfterValidator(_known_metric)]


class TargetConfig(Part):
    """Stop a run when a metric reaches a value."""

    metric: StopMetric = "validation_accuracy"
    value: float = Field(default=0.95, allow_inf_nan=False)


class PlateauConfig(Part):
    """Stop a run when a metric no longer improves."""

    metric: StopMetric = "validation_nll"
    patience: int = Field(default=20, ge=1, le=10**6, description="Evaluations without improvement")
    min_delta: NonNegative = 1e-4


class TrainingConfig(Part):
    """How long and how."""

    epochs: int | None = Field(default=None, ge=1, le=10**7, description="Passes over the training samples")
    steps: int | None = Field(default=None, ge=1, le=10**9, description="Updates; wins over epochs")
    batch_size: int = Field(default=32, ge=1, le=10**7, description="Samples of one step")
    full_batch: bool = Field(default=False, description="Use all training samples in every step")
    evaluate_every: int = Field(
        default=0, ge=0, le=10**9, description="Steps between evaluations; 0 lets the lab choose"
    )
    evaluate_test: bool = Field(
        default=False, description="Measure the test part, too: for final comparisons, not for tuning"
    )
    precision: Literal["float32", "float64"] = "float32"
    l1: NonNegative = Field(default=0.0, le=1e6)
    l2: NonNegative = Field(default=0.0, le=1e6)
    clip: Positive | None = Field(
        default=None, le=1e6, description="Largest gradient norm; leave out for none"
    )
    divergence: Annotated[float, Field(gt=1, le=1e30)] = 1e4
    show_target: float | None = Field(
        default=None,
        allow_inf_nan=False,
        description="Dashed line in the metric plot, with the step that reaches it",
    )
    target: TargetConfig | None = None
    plateau: PlateauConfig | None = None

    @model_validator(mode="before")
    @classmethod
    def _length(cls, values: Any) -> Any:
        """Train for the usual number of epochs where neither epochs nor steps are given."""
        if isinstance(values, dict) and values.get("epochs") is None and values.get("steps") is None:
            return {**values, "epochs": DEFAULT_EPOCHS}
        return values

    @property
    def batch(self) -> int | None:
        """Samples of one step, or ``None`` for all of them."""
        return None if self.full_batch else self.batch_size


class ExperimentConfig(Part):
    """A whole experiment."""

    format: Literal[1] = 1
    name: str = Field(default="Untitled", min_length=1, max_length=120)
    question: str = Field(default="", max_length=300)
    data: DataConfig
    model: ModelConfig = ModelConfig()
    losses: tuple[LossConfig, ...] = Field(min_length=1, max_length=256, strict=False)
    optimizer: OptimizerConfig = OptimizerConfig(name="sgd")
    training: TrainingConfig = TrainingConfig()
    seeds: SeedsConfig = SeedsConfig()
    race: RaceConfig = RaceConfig()
    sweep: tuple[AxisConfig, ...] = Field(default=NO_AXES, max_length=8, strict=False)
    branch: BranchConfig | None = None
