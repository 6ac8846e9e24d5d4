"""What a study is in for, before its first trial: its smallest and largest network, memory, work, idle parameters.

Owns: finding the ends of a space, the estimates, and the warnings. Nothing is built: the framework is not imported.
Leaves to others: counting one network (families), running some steps of it (dry_run).
"""

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tuner.data.dataset import DataInfo
from tuner.data.fields import named_in_words
from tuner.errors import SpecError
from tuner.formatting import plural
from tuner.spec.constraints import Constraint
from tuner.spec.families import BINARY, CONFIGURE, NEEDS_IMAGES, READS_TEXT, SEQUENCE_FAMILIES, Config, sequence_shape
from tuner.spec.families.sizes import Size, size
from tuner.spec.space import Choice, FloatRange, IntRange, Parameter, Params, Space, Value, answers
from tuner.spec.study_spec import StudySpec

PROCESS_MIB = 920
"""What a worker takes before its data and its network: the framework alone. Measured on TensorFlow 2.21, CPU."""

_DRAWS = 600
_MOST_COMBINATIONS = 4096
# Of all combinations together, so that a hundred layers do not take longer than three.
_MOST_PARAMETERS = 60_000
# More of it is a larger network; of any other range the ends make no difference to size.
_GROWING = (
    "units",
    "vocabulary",
    "sequence_length",
    "embedding",
    "convolutions",
    "filters",
    "kernel_size",
    "head_units",
)
# Which of their values makes the larger network depends on the rest: without another block, more is left to flatten.
_SHAPING = (
    "hidden_layers",
    "blocks",
    "recurrent_layers",
    "cell",
    "bidirectional",
    "reader",
    "pooling",
    "head",
    "batch_normalization",
    "activation",
    "optimizer",
)
_NEARLY_ALL = 0.8
_MANY = 0.5


@dataclass(frozen=True)
class Network:
    """One configuration of the space. params: all in use, by the names under which they are recorded."""

    params: Params
    config: Config
    size: Size

    def batch_size(self, rows: int) -> int:
        return min(self.config.batch_size or rows, rows)


@dataclass(frozen=True)
class Outlook:
    """worker_mib: about what a worker takes at most, with its data. warnings: one line each."""

    smallest: Network
    largest: Network
    worker_mib: float
    warnings: tuple[str, ...]


def look_ahead(
    spec: StudySpec, info: DataInfo, memory_mib: float | None = None, process_mib: float = PROCESS_MIB
) -> Outlook:
    """Look at a space of one of the families with its data.

    memory_mib: what a worker may take of its device; None asks for no warning about it.
    process_mib: what it takes there before its data and network.
    Raises SpecError for a family that the data does not suit.
    """
    if spec.model in NEEDS_IMAGES and not info.images:
        raise SpecError(
            f"model: {spec.model} needs images, and the rows of {info.name} have the shape {info.input_shape}. "
            "Use model: mlp."
        )
    if info.streamed:
        raise SpecError(
            f"model: {spec.model} learns from rows in memory, and {info.name} is a stream. Give a network of your own: "
            "model: {python: FILE.py:FUNCTION}."
        )
    if info.targets:
        raise SpecError(
            f"model: {spec.model} has one output, and the rows of {info.name} have "
            f"{named_in_words(info.targets, 'targets')}. Give one of your own: model: {{python: FILE.py:FUNCTION}}."
        )
    if info.text and spec.model not in READS_TEXT:
        raise SpecError(f"model: {spec.model} reads numbers, and the rows of {info.name} are texts. Use model: text.")
    if spec.model in READS_TEXT and not info.text and len(info.input_shape) != 1:
        raise SpecError(
            f"model: {spec.model} reads texts, or the numbers of their words, (rows, words), and a row of {info.name} "
            f"has the shape {info.input_shape}. Use model: mlp."
        )
    if spec.model in SEQUENCE_FAMILIES and sequence_shape(info.input_shape) is None:
        raise SpecError(
            f"model: {spec.model} reads rows of (steps, channels), and those of {info.name} have the shape "
            f"{info.input_shape}. Use model: mlp."
        )
    if BINARY in _values(spec.space, "loss") and info.outputs != 2:
        raise SpecError(
            f"parameters.loss: {BINARY} is for two classes, and {info.name} has {info.outputs}. Use "
            "sparse_categorical_crossentropy."
        )
    smallest, largest = ends(spec, info)
    most = next((each for each in spec.constraints if each.metric == "parameters" and each.at_most), None)
    if most is not None and smallest.size.parameters > most.bound:
        raise SpecError(
            f"constraints.parameters: the smallest network of the space has {smallest.size.parameters:,} parameters, "
            f"and not {most.rule}. Search smaller networks, or raise the bound."
        )
    batch = most_memory(spec, info, largest)
    needed = process_mib + (data_bytes(info) + batch) / 2**20
    warnings = [*idle_parameters(spec, info), *_contradictions(spec, info)]
    if most is not None and largest.size.parameters > most.bound:
        warnings += _too_large(spec, info, most)
    if memory_mib is not None and needed > _NEARLY_ALL * memory_mib:
        warnings.append(
            f"the largest network ({largest.size.parameters:,} parameters) needs about {needed / 1024:.1f} GiB a "
            f"worker, of {memory_mib / 1024:.1f} GiB that it may take; use fewer workers, smaller batches or a smaller "
            "space"
        )
    return Outlook(smallest, largest, needed, tuple(warnings))


def data_bytes(info: DataInfo) -> int:
    """All rows as published (bytes for images), and those of training and validation once more as float32; of rows on
    disk next to nothing."""
    if info.on_disk:
        return 0
    values = 1
    for each in info.input_shape:
        values *= each
    rows = info.train_rows + info.validation_rows
    return values * (rows + info.test_rows) * (1 if info.images else 4) + 4 * values * rows


def most_memory(spec: StudySpec, info: DataInfo, largest: Network) -> int:
    """Bytes of a step of the largest network in the largest batch that the space has."""
    batch = largest.batch_size(info.train_rows)
    if "batch_size" in spec.space:
        domain = spec.space["batch_size"].domain
        sizes = domain.values if isinstance(domain, Choice) else (domain.high,)
        batch = max(info.train_rows if each == "full" else min(int(each), info.train_rows) for each in sizes)
    return largest.size.step_bytes(batch)


def ends(spec: StudySpec, info: DataInfo) -> tuple[Network, Network]:
    """The networks with the fewest and the most parameters: what grows at its ends, what shapes in all combinations."""
    shaping = [each for each in spec.space if _shapes(each, spec.space)]
    # Where not all combinations are seen, those of the first parameters are: how many layers there are.
    shaping.reverse()
    choices = [_all_values(each) for each in shaping]
    most = min(_MOST_COMBINATIONS, 1 + _MOST_PARAMETERS // (1 + len(spec.space.parameters)))
    combinations: Iterator[tuple[Value, ...]] = itertools.islice(itertools.product(*choices), most)
    found = []
    for values in combinations:
        fixed = {each.name: value for each, value in zip(shaping, values, strict=True)}
        found += [_network(spec, info, _end(fixed, high)) for high in (False, True)]
    return min(found, key=_parameters), max(found, key=_parameters)


def _parameters(network: Network) -> tuple[int, int, int]:
    return network.size.parameters, network.size.values, network.size.slots


def _shapes(parameter: Parameter, space: Space) -> bool:
    if (parameter.shared or parameter.name) in _SHAPING:
        return True
    return any(parameter.name in each.when for each in space)


def _all_values(parameter: Parameter) -> Sequence[Value]:
    domain = parameter.domain
    if isinstance(domain, Choice):
        return domain.values
    if isinstance(domain, IntRange) and domain.high - domain.low < _MOST_COMBINATIONS:
        return range(domain.low, domain.high + 1, 1 if domain.log else domain.step)
    return (domain.low, domain.high)


def _end(fixed: Mapping[str, Value], high: bool) -> Callable[[Parameter], Value]:
    def choose(parameter: Parameter) -> Value:
        if parameter.name in fixed:
            return fixed[parameter.name]
        grows = (parameter.shared or parameter.name) in _GROWING
        domain = parameter.domain
        if isinstance(domain, Choice):
            if grows:
                return (max if high else min)(domain.values, key=float)
            return domain.values[0]
        return domain.high if grows and high else domain.low

    return choose


def draw(spec: StudySpec, info: DataInfo, count: int, seed: int = 0) -> list[Network]:
    """Configurations at random, as a random search would try them."""
    generator = random.Random(seed)
    return [_network(spec, info, lambda each: at_random(each, generator)) for _ in range(count)]


def at_random(parameter: Parameter, generator: random.Random) -> Value:
    """One of its values; on a log scale where it has one."""
    domain = parameter.domain
    if isinstance(domain, Choice):
        return generator.choice(domain.values)
    share = generator.random()
    low, high = float(domain.low), float(domain.high)
    value = low * (high / low) ** share if domain.log else low + (high - low) * share
    if isinstance(domain.low, int):
        step = int(domain.step or 1)
        return domain.low + round((value - low) / step) * step
    return domain.nearest(value) if isinstance(domain, FloatRange) else value


def _network(spec: StudySpec, info: DataInfo, choose: Callable[[Parameter], Value]) -> Network:
    used: dict[str, Value] = {}
    config = CONFIGURE[spec.model](answers(spec.space, choose, used), spec.task, info.images)
    return Network(used, config, size(config, info.input_shape, info.outputs))


def _too_large(spec: StudySpec, info: DataInfo, most: Constraint) -> Iterator[str]:
    drawn = draw(spec, info, _DRAWS)
    share = sum(most.violation(each.size.parameters) > 0 for each in drawn) / len(drawn)
    if share >= _MANY:
        yield (
            f"{100 * share:.0f} of a hundred configurations drawn at random have too many parameters ({most}); such "
            "trials are not trained, and each has its place of the budget: a smaller space has more of those that are"
        )


def idle_parameters(spec: StudySpec, info: DataInfo) -> Iterator[str]:
    """Parameters that no configuration uses: momentum without an optimizer that has one, and the like."""
    drawn = draw(spec, info, max(1, min(_DRAWS, _MOST_PARAMETERS // (1 + len(spec.space.parameters)))))
    used = {name for each in drawn for name in each.params}
    idle = dict.fromkeys(each.shared or each.name for each in spec.space if each.name not in used)
    for name in idle:
        whole = not any(name in (each.shared, each.name) and each.name in used for each in spec.space)
        if whole:
            yield f"{name} is given and never used{_why(name, info)}"


def _why(name: str, info: DataInfo) -> str:
    if not info.images and (name == "augmentation" or name in _OF_AUGMENTATION):
        said = ", and these are not said to be any: dataset: {..., rows: images}" if len(info.input_shape) == 2 else ""
        return f": only images are augmented{said}"
    word = _OF_AUGMENTATION.get(name) or _NEEDS.get(name)
    return f": no choice of the space is {word}" if word else ""


_OF_AUGMENTATION = {
    "shift_fraction": "a shift", "flip_probability": "a flip", "rotation_degrees": "a rotation",
}  # fmt: skip
_NEEDS = {
    "momentum": "the optimizer momentum or nesterov", "rho": "the optimizer rmsprop or adadelta",
    "beta_1": "the optimizer adam, adamw or nadam", "beta_2": "the optimizer adam, adamw or nadam",
    "weight_decay": "the optimizer adamw", "decay_rate": "the schedule exponential", "huber_delta": "the loss huber",
    "focal_gamma": "the loss focal", "label_smoothing": "a cross-entropy or focal loss",
    "negative_slope": "the activation leaky_relu", "alpha": "the activation elu",
    "initializer_value": "the initializer constant", "initializer_stddev": "the initializer random_normal",
    "initializer_range": "the initializer random_uniform", "units": "a network with hidden layers",
}  # fmt: skip


def _contradictions(spec: StudySpec, info: DataInfo) -> Iterator[str]:
    rows = info.train_rows
    large = [each for each in _values(spec.space, "batch_size") if isinstance(each, int) and each > rows]
    if large:
        yield f"batch_size {max(large)} is more than the {rows} training rows, and the same as full"
    epochs = [int(each) for each in _values(spec.space, "epochs")]
    if epochs and spec.search.patience is not None and spec.search.patience >= max(epochs):
        most = plural(max(epochs), "epoch")
        yield f"search.patience {spec.search.patience} never ends a trial: it has {most} at most"


def _values(space: Space, name: str) -> Sequence[Value]:
    if name not in space:
        return ()
    domain = space[name].domain
    return domain.values if isinstance(domain, Choice) else (domain.low, domain.high)
