"""What holds of slots, company and checkpoints. Run with KERAS_BACKEND=jax, by test_cohort or by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.training.cohort.members import (
    Params,
    bucket_for,
    check_same,
    cohort_for,
    entry_of,
    to_the_end,
    trained_alone,
)
from tuner.data.dataset import Dataset
from tuner.training import compilations
from tuner.training.checkpoint import Checkpoint
from tuner.training.cohort.dropout import dropped
from tuner.training.cohort.padded import padded_cohort
from tuner.training.cohort.trainer import CohortTrainer
from tuner.training.compiled import programs
from tuner.training.networks.models import build, outputs
from tuner.training.plan import EpochResult, Verdict
from tuner.training.trainer import train

pytestmark = pytest.mark.usefixtures("whole_precision")

MIXED: list[Params] = [
    {"dropout": 0.3, "input_dropout": 0.2, "normalization": "minmax", "units": 30, "learning_rate": 0.003},
    {"optimizer": "momentum", "normalization": "standard", "hidden_layers": 1, "epochs": 2, "units": 16},
    {"optimizer": "sgd", "normalization": "minmax", "learning_rate": 0.1, "batch_size": 70},
    {"batch_normalization": True, "normalization": "minmax", "l2": 1e-3, "epochs": 5},
]
"""Members of one bucket, for what is held of slots and company; three slots serve them all."""
SLOTS = 3


def _mixed(dataset: Dataset) -> CohortTrainer:
    return padded_cohort(bucket_for(MIXED, dataset), dataset, SLOTS, health=True)


def _arrays(checkpoint: Checkpoint) -> tuple[Any, ...]:
    return (*checkpoint.weights, *checkpoint.optimizer, *checkpoint.best_weights)


def _check_equal(mine: Checkpoint, its: Checkpoint) -> None:
    for got, wanted in zip(_arrays(mine), _arrays(its), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5, atol=1e-7)
    for ours, theirs in zip(mine.epochs, its.epochs, strict=True):
        assert dict(ours) == pytest.approx(dict(theirs), rel=1e-5)


def test_a_member_does_not_depend_on_its_company_nor_on_its_slot(few: Dataset) -> None:
    alone, beside = _mixed(few), _mixed(few)
    alone.admit(entry_of(MIXED[0], few))
    for params in (MIXED[3], MIXED[0], MIXED[2]):
        beside.admit(entry_of(params, few))
    _check_equal(to_the_end(beside)[1], to_the_end(alone)[0])


def test_who_diverges_disturbs_nobody(few: Dataset) -> None:
    cohort, calm = _mixed(few), _mixed(few)
    wild = cohort.admit(entry_of({**MIXED[2], "learning_rate": 1e30}, few))
    mine, its = cohort.admit(entry_of(MIXED[0], few)), calm.admit(entry_of(MIXED[0], few))
    checkpoints = to_the_end(cohort)
    result = cohort.result(wild)
    assert (result.stopped, result.value, len(result.epochs)) == ("diverged", None, 0)
    assert result.reason.startswith("diverged at epoch 1: loss is")
    assert "sgd, learning rate 1e+30" in result.reason
    _check_equal(checkpoints[mine], to_the_end(calm)[its])


def test_a_cohort_compiles_twice_whoever_comes_and_goes(few: Dataset) -> None:
    programs.forget()
    before = compilations.now()
    assert before is not None
    cohort = _mixed(few)
    assert cohort.free == SLOTS
    waiting = [entry_of({**MIXED[i % 4], "learning_rate": 0.01 / (1 + i)}, few, seed=i) for i in range(9)]
    ended: list[int] = []
    while waiting or cohort.free < SLOTS:
        while waiting and cohort.free:
            cohort.admit(waiting.pop(0))
        for each in cohort.step():
            each.checkpoint()
            if each.ended:
                ended.append(each.member)
    outputs_ = [cohort.outputs(member) for member in ended]
    assert sorted(ended) == list(range(9))
    assert sorted(each.name for each in compilations.since(before)) == ["_epoch", "_exchange"]
    models = [cohort.model(member) for member in ended]
    # A generator of Keras' for dropout, whatever its network.
    assert [each.name for each in compilations.since(before)[2:]] in ([], ["convert_element_type"])
    for member, given, model in zip(ended, outputs_, models, strict=True):
        assert given is not None
        np.testing.assert_allclose(given, outputs(model, few), rtol=1e-4, atol=1e-5)
        accuracy = np.mean(given.argmax(axis=1) == few.validation.y)
        best = cohort.result(member).epochs[cohort.result(member).best_epoch - 1]
        assert accuracy == pytest.approx(best["val_accuracy"], abs=1 / len(few.validation))
        cohort.forget(member)


def test_a_slot_is_had_again_only_when_its_member_has_ended(few: Dataset) -> None:
    cohort = _mixed(few)
    for params in MIXED[:3]:
        cohort.admit(entry_of(params, few))
    with pytest.raises(ValueError, match="none of the 3 slots is free"):
        cohort.admit(entry_of(MIXED[3], few))
    assert [each.member for each in cohort.step()] == [0, 1, 2]
    cohort.stop(0)
    cohort.release(2)
    assert cohort.free == 2
    assert cohort.admit(entry_of(MIXED[3], few)) == 3
    assert [(each.member, each.epoch) for each in cohort.step()] == [(1, 2), (3, 1)]
    assert cohort.result(0).reason == "stopped at epoch 1 of 3"
    assert (cohort.result(0).best_epoch, cohort.result(2).stopped) == (1, "released")
    with pytest.raises(ValueError, match="another bucket"):
        cohort.admit(entry_of({**MIXED[3], "optimizer": "nadam"}, few))


def test_what_has_ended_is_kept_while_another_has_its_slot(few: Dataset) -> None:
    cohort = _mixed(few)
    first = cohort.admit(entry_of(MIXED[2], few))
    last = to_the_end(cohort)[first]
    for params in MIXED[:3]:
        cohort.admit(entry_of(params, few))
    to_the_end(cohort)
    for got, wanted in zip(cohort.model(first).variables, last.best_weights, strict=True):
        np.testing.assert_array_equal(got.numpy(), wanted)


@pytest.mark.parametrize("keep", ["best", "mean"])
def test_training_goes_on_from_a_checkpoint_in_a_cohort_or_alone(few: Dataset, keep: Any) -> None:
    params: Params = {**MIXED[3], "epochs": 6, "batch_normalization": False, "optimizer": "momentum"}
    plan: dict[str, Any] = {"epochs": 6, "keep": keep}
    whole, cohort = _mixed(few), _mixed(few)
    whole.admit(entry_of(params, few, **plan))
    expected = to_the_end(whole)[0]
    cohort.admit(entry_of(params, few, **plan))
    for _ in range(5):
        (result,) = cohort.step()
    checkpoint = Checkpoint.from_bytes(result.checkpoint().to_bytes())
    again = _mixed(few)
    member = again.admit(entry_of(params, few, checkpoint, **plan))
    _check_equal(to_the_end(again)[member], expected)
    assert again.result(member).averaged == whole.result(0).averaged
    _, alone = trained_alone(params, few, checkpoint, **plan)
    for got, wanted in zip(_arrays(alone.checkpoints[0]), _arrays(expected), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-3, atol=1e-5)
    early: list[Checkpoint] = []

    def second(result: EpochResult) -> Verdict:
        early.append(result.checkpoint())
        return "stop" if result.epoch == 2 else "go_on"

    entry = entry_of(params, few, **plan)
    model = build(entry.config, few.info, entry.preprocessing, seed=5)
    train(model, few, replace(entry.plan, batch_size=100), None, second)
    adopted = _mixed(few)
    member = adopted.admit(entry_of(params, few, early[-1], **plan))
    for got, wanted in zip(_arrays(to_the_end(adopted)[member]), _arrays(expected), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-3, atol=1e-5)


def test_patience_ends_a_member_and_its_best_weights_are_kept(few: Dataset) -> None:
    params: Params = {**MIXED[2], "learning_rate": 3.0, "epochs": 12}
    plan: dict[str, Any] = {"epochs": 12, "patience": 2, "monitor": "val_accuracy", "direction": "maximize"}
    cohort = _mixed(few)
    member = cohort.admit(entry_of(params, few, **plan))
    last = to_the_end(cohort)[member]
    result = cohort.result(member)
    assert result.stopped == "patience"
    assert result.best_epoch == len(result.epochs) - 2 == last.best_epoch
    assert result.value == max(each["val_accuracy"] for each in result.epochs)
    check_same(params, few, last, result, **plan)


def test_with_dropout_losses_agree_in_the_mean_over_seeds(few: Dataset) -> None:
    cohort, losses = cohort_for([MIXED[0]], few, slots=8), []
    for seed in range(8):
        cohort.admit(entry_of({**MIXED[0], "epochs": 6}, few, epochs=6, seed=seed))
    to_the_end(cohort)
    together = np.array([cohort.result(member).epochs[-1]["val_loss"] for member in range(8)])
    for seed in range(5):
        _, trained = trained_alone({**MIXED[0], "epochs": 6}, few, epochs=6, seed=seed)
        losses.append(trained.results[0].epochs[-1]["val_loss"])
    difference = together.mean() - np.mean(losses)
    error = np.sqrt(together.var(ddof=1) / 8 + np.var(losses, ddof=1) / 5)
    assert abs(difference) < 3 * error


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_drops_its_share_wherever_and_whenever(rate: float) -> None:
    ones = np.ones((128, 96), np.float32)
    masks = [np.asarray(dropped(ones, np.uint32(seed), np.int32(step), np.float32(rate))) > 0
             for seed in (1, 2, 2**31 - 5) for step in range(20)]  # fmt: skip
    kept = np.array(masks, float)
    error = np.sqrt(rate * (1 - rate))
    assert abs(kept.mean() - (1 - rate)) < 4 * error / np.sqrt(kept.size)
    for axes in ((0, 1), (0, 2), (1, 2)):
        spread = kept.mean(axis=axes).std() * np.sqrt(kept.size / kept.mean(axis=axes).size)
        assert 0.6 * error < spread < 1.4 * error
    flat = (kept.reshape(len(kept), -1) - kept.mean()) / error
    likeness = flat @ flat.T / flat.shape[1]
    np.fill_diagonal(likeness, 0)
    assert np.abs(likeness).max() < 5 / np.sqrt(flat.shape[1])
    grown = np.asarray(dropped(ones, np.uint32(1), np.int32(0), np.float32(rate)))
    assert np.unique(grown).tolist() == pytest.approx([0, 1 / (1 - rate)])
