"""Networks built to have each illness get their verdict, and healthy ones none.

Two seeds each; `python -m benchmarks.illnesses` does ten, and more networks.
"""

import re
from dataclasses import replace

import pytest

from benchmarks.illnesses import CASES, Case, epochs_of, verdicts_of
from tuner.data.dataset import Dataset
from tuner.training.health.diagnosis import judge
from tuner.training.health.names import layers_of

QUICK = [case for case in CASES if case.quick]


@pytest.mark.parametrize("case", QUICK, ids=[case.name for case in QUICK])
def test_each_illness_gets_its_verdict_and_a_healthy_network_none(digits: Dataset, case: Case) -> None:
    for seed in (101, 102):
        found = verdicts_of(case, digits, seed)
        assert [each.kind for each in found] == ([case.illness] if case.illness else []), [e.words for e in found]


def test_the_words_say_what_was_seen_and_with_which_configuration(digits: Dataset) -> None:
    told = ("sigmoid, normal 0.01", "constant", "mse of raw outputs, rate 10", "relu, adam, rate 0.3")
    words = {case.name: verdicts_of(case, digits, 1)[0].words for case in QUICK if case.name in told}
    vanished = words["sigmoid, normal 0.01"]
    share = re.fullmatch(
        r"gradients vanish: layer 1 gets (.*) of the output's \(sigmoid, 5 layers, normal 0.01\)", vanished
    )
    assert share is not None, vanished
    assert 1e-10 < float(share[1]) < 1e-6
    assert words["constant"] == "all units alike: constant 0.05 initializer"
    assert words["mse of raw outputs, rate 10"] == "diverged at epoch 1: learning rate 10 with sgd"
    assert words["relu, adam, rate 0.3"].endswith("give nothing on any row (learning rate 0.3 with adam)")


def test_looking_changes_nothing(digits: Dataset) -> None:
    case = Case("", None, {"batch_normalization": True, "dropout": 0.3, "epochs": 4, "optimizer": "momentum"})
    looked = epochs_of(case, digits, 1)[0]
    blind = epochs_of(replace(case, health=False), digits, 1)[0]
    assert any(layers_of(each) for each in looked)
    assert [{k: v for k, v in each.items() if not k.startswith("health/")} for each in looked] == list(map(dict, blind))


def test_both_ways_to_train_are_judged_alike(digits: Dataset) -> None:
    case = Case("", None, {"hidden_layers": 2, "activation": "tanh", "batch_normalization": True, "epochs": 2})
    compiled, fit = (layers_of(epochs_of(replace(case, path=path), digits, 1)[0][0]) for path in ("compiled", "fit"))
    assert list(compiled) == ["layer_1", "layer_2", "output"]
    for layer, figures in compiled.items():
        for name, value in figures.items():
            assert fit[layer][name] == pytest.approx(value, rel=0.02, abs=0.01), (layer, name)


def test_tiny_data_are_looked_at_less_often(digits: Dataset) -> None:
    for batch, between in ((64, 1), ("full", 0)):
        epochs = epochs_of(Case("", None, {"epochs": 16, "batch_size": batch}), digits, 1)[0]
        looked = [bool(layers_of(each)) for each in epochs]
        assert looked[0]
        assert looked[-1], "the network as it is in the end"
        assert sum(looked) == 2 + between


def test_a_trial_that_never_trained_has_no_verdict() -> None:
    for state in ("failed", "out_of_memory", "given_up", "running"):
        assert judge({}, [{"loss": 2.0}, {"loss": 9.0}], state) == ()
    assert judge({}, []) == ()


def test_a_loss_that_rises_over_fits_or_is_unstable() -> None:
    over = [{"loss": 1 / n, "val_loss": 1 / n if n < 4 else n / 10} for n in range(1, 9)]
    assert [each.words for each in judge({}, over)] == ["over-fits from epoch 4"]
    rising = [{"loss": float(n)} for n in range(1, 5)]
    found = judge({"learning_rate": 0.5, "optimizer": "sgd"}, rising)
    assert [each.words for each in found] == ["the loss rises from 1 to 4: learning rate 0.5 with sgd"]
    zigzag = [{"loss": loss, "val_loss": loss + n} for n, loss in enumerate((9.0, 2.0, 4.0, 2.0, 4.0, 1.0))]
    words = "the loss goes up and down, in 2 of 5 epochs up by a tenth or more: learning rate 0.5 with sgd"
    assert [each.words for each in judge({"learning_rate": 0.5, "optimizer": "sgd"}, zigzag)] == [words]


def test_training_that_was_ended_early_does_not_under_fit() -> None:
    slow = [{"loss": 2.3 - n / 100, "accuracy": 0.1} for n in range(6)]
    assert [each.kind for each in judge({}, slow)] == ["under-fits"]
    assert judge({}, slow, "pruned", "pruned at epoch 6 of 20") == ()
    assert judge({}, slow, "complete", "time was up at epoch 6 of 20") == ()


def test_one_answer_to_every_row_is_named_where_nothing_inside_explains_it() -> None:
    slow = [{"loss": 2.0 - epoch / 50, "accuracy": 0.3} for epoch in range(10)]
    (found,) = judge({}, slow, says="'no'")
    assert (found.kind, found.words) == ("one answer", "says 'no' of every validation row")
    assert "val_auc" in found.remedy
    assert [each.kind for each in judge({}, [{"loss": 2.0}, {"loss": 9.0}], "diverged", says="'no'")] == ["diverged"]
