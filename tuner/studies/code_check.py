"""Train a person's network a little before a study, in a process of its own: `python -m tuner.studies.code_check`.

Owns: what is found out beforehand, on the way that a trial takes - building, one epoch of some rows with its callbacks,
its own metrics, the model for use, saved and loaded - and what has no equal here.
Leaves to others: who starts it and shows what it found (cli), the rows (row_sample), the process (child_process).

The defaults are trained. Each written baseline, and each conditional scope once, is built and called, and its loss is
computed. A GPU is not touched.
"""

import os
import random
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tuner.data.dataset import DataInfo, Dataset
from tuner.errors import TrialFailed, TunerError
from tuner.settings import read_share
from tuner.spec.code import Code, find_code
from tuner.spec.families import asked_settings
from tuner.spec.objectives import COSTS
from tuner.spec.space import Parameter, Value
from tuner.spec.study_spec import StudySpec
from tuner.studies.child_process import Answer, serve
from tuner.studies.preflight import at_random
from tuner.studies.row_sample import as_in_an_epoch, read_sample
from tuner.studies.sent_spec import received

_MOST_WAYS = 50
_DRAWS = 30
_SEED = 0

Choose = Callable[[Parameter], Value]


def main() -> None:
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")

    def prepared(request: Mapping[str, Any]) -> Answer:
        from tuner.training import backend

        backend.prepare(read_share().threads)
        return check(request)

    serve(prepared)


def check(request: Mapping[str, Any]) -> Answer:
    """What the code asks, as `parameters`, and `notes` on what will not be, a line each.

    request: spec: the specification (sent_spec); code, codes: as a person named them, of the network and of all;
    info: of the data; rows: the file of a sample; fit: whether `--fit` was given.
    Raises TunerError for what would fail in every trial.
    """
    info = DataInfo.read(request["info"])
    spec = received(request["spec"])
    look = _Look(spec, find_code(request["code"]), read_sample(Path(request["rows"]), info), bool(request["fit"]))
    try:
        notes = look.train(lambda: _whole(spec, request["codes"]))
        look.open_every_way()
    except TrialFailed as failure:
        raise TunerError(failure.reason) from failure
    asked = {each.name: {"values": str(each.domain), "default": each.default} for each in look.asked.values()}
    return {"parameters": asked, "notes": notes}


def _whole(spec: StudySpec, codes: list[str]) -> Dataset:
    from tuner.data.sources import load

    return load(spec.data, _SEED, [find_code(each) for each in codes])


class _Look:
    """asked: every parameter so far, by its name."""

    def __init__(self, spec: StudySpec, code: Code, sample: Dataset, fit: bool) -> None:
        self._spec, self._code, self._sample, self._fit = spec, code, sample, fit
        self._scopes: list[dict[str, Value]] = []
        self.asked: dict[str, Parameter] = {}

    def train(self, whole: Callable[[], Dataset]) -> list[str]:
        """Train a configuration, and do with it what a trial does. whole: loads the data set."""
        from tuner.training.custom.guard import Declined

        generator = random.Random(_SEED)
        chosen: list[Choose] = [lambda each: each.default]
        # A configuration that the code itself declines is no error: another one is tried.
        chosen += [lambda each: at_random(each, generator)] * _DRAWS
        for choose in chosen:
            try:
                return self._train(choose, self._sample)
            except Declined as declined:
                words = declined.reason
            except TrialFailed as failure:
                network = self._build(choose)
                if failure.__cause__ is None or not network.fits_itself:
                    raise
                # It may want more rows than a sample has, such as some of each class.
                return self._train(choose, whole())
        return [f"the code declined each of {len(chosen)} configurations that were tried, at last: {words}"]

    def _train(self, choose: Choose, sample: Dataset) -> list[str]:
        from tuner.data.preprocessing import fit
        from tuner.training.folds.network import NOT_STEPPED
        from tuner.training.plan import TrainPlan
        from tuner.training.trainer import go_on

        spec = self._spec
        network = self._build(choose)
        if spec.data.rule.folds is not None and network.is_one_call:
            raise TrialFailed(f"{self._code.place}: validation.folds: {NOT_STEPPED}")
        rows = sample if network.fits_itself else as_in_an_epoch(sample, network.batch_size)
        goal = spec.objective
        plan = TrainPlan(
            None,
            1,
            goal.metric,
            goal.direction,
            spec.search.patience,
            _SEED,
            "fit" if self._fit else "auto",
            health=True,
        )
        result = network.train(rows, lambda kind: fit(kind, rows.train.x), plan, None, go_on)
        self._scopes = [dict(each) for each in network.scopes()]
        if not result.best_epoch:
            return [f"with its defaults it {result.reason}"]
        best = result.epochs[result.best_epoch - 1]
        for name in spec.further_figures:
            if name == "latency_ms":
                network.latency_ms(rows.validation.x)
            elif name not in COSTS and name not in best:
                kind = "objectives" if any(each.metric == name for each in spec.objectives) else "constraints"
                raise TrialFailed(
                    f"{self._code.place}: the model does not measure {name!r}, one of the {kind}; it measures "
                    f"{', '.join(best)}."
                )
        exported = network.export()
        network.in_words()
        notes = [f"the model {exported.problem}"] if exported.problem else []
        why = network.why_not_scored(rows, best)
        return [*notes, *([f"no figures on the test rows: {why}"] if why else [])]

    def open_every_way(self) -> None:
        """As KerasTuner does, every conditional scope is opened once: what lies in one may be wrong too."""
        from tuner.data.preprocessing import fit
        from tuner.training.custom.guard import Declined

        written = [dict(each.params) for each in self._spec.baselines if each.params]
        ways = [*written, *(each for each in self._scopes if each not in written)]
        for number, given in enumerate(ways):
            asked: set[str] = set()

            def choose(parameter: Parameter, given: dict[str, Value] = given, asked: set[str] = asked) -> Value:
                asked.add(parameter.name)
                return given.get(parameter.name, parameter.default)

            try:
                network = self._build(choose)
                network.check(self._sample, lambda kind: fit(kind, self._sample.train.x))
            except Declined:
                if number < len(written):
                    raise
                continue
            found = (dict(each) for each in network.scopes())
            ways += [each for each in found if each not in ways and len(ways) < _MOST_WAYS]
            unused = [name for name in given if name not in asked and name not in self.asked]
            if unused and number < len(written) and not network.fits_itself:
                raise TunerError(f"{self._spec.name}: baselines: {unused[0]} is given, and the code never asks for it.")

    def _build(self, choose: Choose) -> Any:
        from tuner.training.custom.python_network import network

        def ask(parameter: Parameter) -> Value:
            self.asked[parameter.name] = parameter
            return choose(parameter)

        assert self._spec.code is not None
        given = asked_settings(self._spec.space, ask)
        return network(
            self._code, self._spec.code, ask, given, self._spec.callbacks, self._sample.info, seed=_SEED
        )  # fmt: skip


if __name__ == "__main__":
    main()
