"""One training, start to finish, whatever its role, and whether it is trained alone or with others.

Owns: the order of things - build, train, ask the observers after each epoch, keep what the role keeps, end, tell - such
that a worker may die between any two of them and another goes on.
Leaves to others: what a role is (roles), where the configuration comes from (configurations), what happens at an
epoch's end (observers), what is stored (records, checkpoints, products), an epoch itself (training).
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tuner.data.dataset import Dataset
from tuner.data.fold_error import half_width, held_to_learnt, standard_error
from tuner.database import leases
from tuner.database.epochs import EpochView
from tuner.database.runs import FAILED, INFEASIBLE, Job
from tuner.database.studies import StudyView, view_study
from tuner.database.trial_facts import StoredFolds, StoredVerdict, TrialFacts
from tuner.errors import TrialFailed
from tuner.runs.checkpoints import Checkpoints
from tuner.runs.compiling import Compiling
from tuner.runs.configurations import Configuration
from tuner.runs.observers.parameters import Parameters
from tuner.runs.observers.port import Beginning, Decision, EpochEnd, Moment, Observer
from tuner.runs.products import Kept, keep_model, keep_scored_model
from tuner.runs.records import Ending, Record, given_up
from tuner.runs.roles import SEARCH, Order
from tuner.runs.study_context import StudyContext
from tuner.search.algorithms import trial_seed
from tuner.studies.feasibility import broken_in_words, why_infeasible
from tuner.training.checkpoint import Checkpoint
from tuner.training.folds.network import Fold, FoldsNetwork
from tuner.training.folds.trainer import GoesOn, fold_values
from tuner.training.health.diagnosis import judge
from tuner.training.network import Network, PreprocessingFor
from tuner.training.plan import EpochResult, TrainPlan, TrainResult, Verdict

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Begun:
    """A training that goes on, as whoever trains it is told. fitted: gives the normalizations."""

    network: Network
    dataset: Dataset
    fitted: PreprocessingFor
    plan: TrainPlan
    checkpoint: Checkpoint | None


class Run:
    """One training that this worker holds.

    observers: in the order in which they are asked. held: the job and its checkpoints; None of a training that nobody
    else could go on with. look: reads the study. compiling: of trainings
    that share their programs. goes_on: asked within an epoch of a cross-validation, fold by fold.
    """

    def __init__(
        self,
        context: StudyContext,
        order: Order,
        configuration: Configuration,
        record: Record,
        observers: Sequence[Observer],
        held: tuple[Job, Checkpoints] | None = None,
        look: Callable[[], StudyView] | None = None,
        compiling: Compiling | None = None,
        goes_on: GoesOn | None = None,
    ) -> None:
        self._context = context
        self._order = order
        self._configuration = configuration
        self._record = record
        self._job: Job | None
        self._checkpoints: Checkpoints | None
        self._job, self._checkpoints = held or (None, None)
        self._look = look or (lambda: view_study(context.db, context.study.study_name))
        self._parameters = Parameters(record, configuration.params)
        self._observers = (self._parameters, *observers)
        self._here = context.all_rows() if order.role.all_rows else context
        self._facts = context.facts.with_more(TrialFacts(seed=order.seed)).with_more(order.facts)
        self._begun: Begun | None = None
        self._began = 0.0
        self._planned: int | None = None
        self._decision: Decision | None = None
        self._compiling = compiling or Compiling()
        self._goes_on = goes_on

    def __call__(self) -> None:
        """Run it to its end, unless it is handed back. Raises LeaseLost where it was lost."""
        begun = self.begin()
        if begun is None:
            return
        try:
            result = begun.network.train(begun.dataset, begun.fitted, begun.plan, begun.checkpoint, self.epoch_ended)
        except TrialFailed as failure:
            self.failed(failure)
        else:
            self.trained(result)

    def begin(self) -> Begun | None:
        """What is to be trained; whoever trains it asks `epoch_ended` after each epoch, and says `trained` or `failed`.

        None where nothing is: it had ended, and that is told now. Raises LeaseLost.
        """
        row = self._record.view()
        if row.state != "running":
            self._tell()
            return None
        if self._job is not None and self._job.given_up:
            self._end(Ending("given_up", given_up(row.reason), row.facts))
            return None
        try:
            begun = self._begin(row.epochs)
        except TrialFailed as failure:
            self.failed(failure)
            return None
        if isinstance(begun, Ending):
            self._end(begun)
            return None
        self._begun, self._began = begun, time.monotonic() - sum(each.seconds for each in row.epochs)
        return begun

    def epoch_ended(self, result: EpochResult) -> Verdict:
        """Raises LeaseLost."""
        end = EpochEnd(epoch=result.epoch, planned=self._planned, look=self._look, result=result)
        for each in self._observers:
            self._decide(end, each.epoch_ended(end))
        if self._decision is None:
            return "go_on"
        return "release" if self._decision.state == "released" else "stop"

    def trained(self, result: TrainResult) -> None:
        """Keep what the role keeps and end it, or hand it back. Raises LeaseLost."""
        assert self._begun is not None
        seconds = time.monotonic() - self._began
        self._context.watch.step("finishing")
        self._parameters.note()
        if result.stopped == "released":
            self.hand_back(self._decision.reason if self._decision is not None else "")
            return
        try:
            ending = self._ending(self._begun.network, result, seconds)
        except TrialFailed as failure:
            self.failed(failure)
        else:
            self._end(ending)

    def keep(self, result: EpochResult) -> None:
        """What was trained until its last epoch is not to be trained again. Raises LeaseLost."""
        assert self._checkpoints is not None
        name = self._checkpoints.put(result.epoch, result.checkpoint, now=True)
        self._record.keep_checkpoint(name)
        self._checkpoints.counts(name)

    def hand_back(self, reason: str) -> None:
        """Leave it to whoever takes it next, who goes on from the last checkpoint."""
        if self._job is not None:
            leases.hand_back(self._context.db, self._job.lease)
        logger.info("%s %s", self._order.what, reason)

    def failed(self, failure: TrialFailed) -> None:
        """It cannot be trained. Raises LeaseLost."""
        self._end(Ending(failure.state, failure.reason, self._facts))

    def _begin(self, rows: Sequence[EpochView]) -> Begun | Ending:
        """rows: the epochs that are stored."""
        order, record, params = self._order, self._record, self._configuration.params
        try:
            network = self._network()
            self._check_size(network)
        except TrialFailed:
            record.start(params, self._facts, 0)
            raise
        checkpoint = self._checkpoints.last() if self._checkpoints is not None else None
        done = checkpoint.epoch if checkpoint else 0
        record.start(params, self._facts, len(rows) - done)
        self._planned = min((each for each in (order.epochs, network.epochs) if each), default=None)
        attempt = self._job.attempt if self._job is not None else 1
        parameters = network.planned_parameters(self._here.dataset.info)
        beginning = Beginning(
            epoch=done, planned=self._planned, look=self._look, rows=rows, attempt=attempt, parameters=parameters
        )
        for each in self._observers:
            self._decide(beginning, each.begins(beginning))
        if self._decision is not None and not done:
            reason = "its worker died, and time was up before another had finished an epoch"
            return Ending("given_up", reason, self._facts)
        if attempt > 1:
            logger.info("%s adopted: goes on after epoch %d of %s", order.what, done, self._planned or "?")
        plan = self._plan(most=done if self._decision is not None else order.epochs)
        self._context.watch.step("first epoch", whole=network.fits_itself)
        return Begun(network, self._here.dataset, self._here.preprocessing, plan, checkpoint)

    def _network(self) -> Network:
        """Untrained. Raises TrialFailed where code fails."""
        try:
            return self._built()
        finally:
            self._facts = self._facts.with_more(TrialFacts(other_tags=self._configuration.notes))

    def _check_size(self, network: Network) -> None:
        """Raises TrialFailed where a trial of the search breaks a constraint before it is trained."""
        spec = self._context.spec
        if self._order.role is not SEARCH or not any(each.metric == "parameters" for each in spec.constraints):
            return
        if (count := network.planned_parameters(self._here.dataset.info)) is not None:
            known = TrialFacts(parameters=count)
            if why := broken_in_words(spec, known):
                self._facts = self._facts.with_more(known)
                raise TrialFailed(f"{why}; it was not trained", state=INFEASIBLE)

    def _built(self) -> Network:
        """Of a cross-validation, one a fold."""
        folds, seed = self._here.of_folds(), self._order.seed
        if not folds:
            return self._configuration.network(self._here.dataset.info, seed)
        made = []
        for number, each in enumerate(folds):
            own = trial_seed(seed, number, "fold")
            network = self._configuration.network(each.dataset.info, own)
            made.append(Fold(network, each.dataset, each.preprocessing, own))
        return FoldsNetwork(made, self._goes_on)

    def _plan(self, most: int) -> TrainPlan:
        spec, role = self._context.spec, self._order.role
        return TrainPlan(
            batch_size=None,
            epochs=most,
            monitor=spec.objective.metric,
            direction=spec.objective.direction,
            patience=spec.search.patience if role.patience else None,
            seed=self._order.seed,
            path=self._context.path,
            keep="mean" if role.mean else "best",
            health=role.health,
        )

    def _decide(self, moment: Moment, decision: Decision | None) -> None:
        self._decision = moment.decision = moment.decision or decision

    def _ending(self, network: Network, result: TrainResult, seconds: float) -> Ending:
        role, decision = self._order.role, self._decision
        state, reason = "complete", result.reason
        if result.stopped == "diverged":
            state = "diverged"
        elif decision is not None and (self._planned is None or len(result.epochs) < self._planned):
            state, reason = decision.state, decision.reason
        kept = self._keep(network, result, state)
        params = self._configuration.params
        verdicts = judge(params, result.epochs, state, reason, kept.says) if role.health else ()
        trained = TrialFacts(
            path=result.path,
            parameters=network.parameters(),
            training_seconds=round(seconds, 2),
            averaged_epochs=result.averaged if role.mean else None,
            verdicts=tuple(StoredVerdict(kind=one.kind, words=one.words, remedy=one.remedy) for one in verdicts),
        )
        facts = self._facts.with_more(kept.facts).with_more(trained).with_more(self._compiling.facts())
        facts = facts.with_more(self._of_folds(result))
        if role is SEARCH and state == "complete" and (why := why_infeasible(self._context.spec, facts)):
            state, reason = INFEASIBLE, why
        # Figures of rows that it has learnt say nothing: what is known of it is its configuration's.
        value = self._order.value if role.all_rows and result.value is not None else result.value
        # What Optuna is told of a failure is made up for its sampler; the record has what was measured: nothing.
        return Ending(state, reason, facts, None if state in FAILED else value, result.best_epoch, kept.test)

    def _of_folds(self, result: TrainResult) -> TrialFacts:
        """What each fold came to at the best epoch, and how sure their mean is."""
        values = fold_values(result.epochs[result.best_epoch - 1]) if result.best_epoch else ()
        if len(values) < 2:
            return TrialFacts()
        ratio = held_to_learnt(self._here.dataset.folds)
        return TrialFacts(
            folds=StoredFolds(
                values=values, ratio=ratio, error=standard_error(values, ratio), half=half_width(values, ratio)
            )
        )

    def _keep(self, network: Network, result: TrainResult, state: str) -> Kept:
        product, job = self._order.role.product, self._job
        if job is not None and product == "model":
            pruned = self._decision is not None and self._decision.state == "pruned"
            return keep_model(self._context, job, network, result, whole=not pruned)
        if job is not None and product == "scored model" and state == "complete":
            return keep_scored_model(self._context, job, self._record, network)
        return Kept()

    def _end(self, ending: Ending) -> None:
        self._record.finish(ending)
        value = "-" if ending.value is None else f"{ending.value:.4f}"
        logger.info("%s %s: %s %s", self._order.what, ending.state, value, ending.reason)
        self._tell()

    def _tell(self) -> None:
        self._configuration.tell(self._record.view())
        self._record.settle()
        if self._checkpoints is not None:
            self._record.once_written(self._checkpoints.drop_all)
