"""TensorBoard's own reader finds what was recorded."""

from dataclasses import replace
from pathlib import Path

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import metadata

from tests.tracking.records import STUDY, epochs, trial
from tuner.tracking.memory_recorder import MemoryRecorder
from tuner.tracking.tensorboard_recorder import TensorBoardRecorder


def scalars(folder: Path) -> dict[str, list[tuple[int, float]]]:
    found = EventAccumulator(str(folder))
    found.Reload()
    # A plain value is read as a tensor of no dimensions by newer versions.
    return {tag: [(each.step, each.value) for each in found.Scalars(tag)] for tag in found.Tags()["scalars"]}


def test_training_and_validation_have_the_same_names_in_two_folders(tmp_path: Path) -> None:
    recorder = TensorBoardRecorder(tmp_path, MemoryRecorder())
    recorder.record_trial(STUDY, trial(number=7, count=4))
    folder = tmp_path / "digits-1" / "trial-007"
    training, validation = scalars(folder / "train"), scalars(folder / "validation")
    assert training["loss"] == [(n, pytest.approx(1 / n)) for n in range(1, 5)]
    assert validation == {"accuracy": [(n, pytest.approx(0.7 + n / 100)) for n in range(1, 5)]}
    assert scalars(folder)["value"] == [(0, pytest.approx(0.74))]


def test_the_parameters_are_on_the_hparams_page(tmp_path: Path) -> None:
    TensorBoardRecorder(tmp_path, MemoryRecorder()).record_trial(STUDY, trial(number=7))
    found = EventAccumulator(str(tmp_path / "digits-1" / "trial-007"))
    found.Reload()
    tag = metadata.SESSION_START_INFO_TAG
    content = found.SummaryMetadata(tag).plugin_data.content
    told = metadata.parse_session_start_info_plugin_data(content).hparams
    assert {name: told[name].WhichOneof("kind") for name in told} == {
        "units": "number_value", "learning_rate": "number_value", "activation": "string_value",
        "batch_normalization": "bool_value",
    }  # fmt: skip
    assert told["learning_rate"].number_value == 0.1 + 0.2


def test_pieces_and_repeats_and_another_process_leave_each_epoch_once(tmp_path: Path) -> None:
    memory = MemoryRecorder()
    first = TensorBoardRecorder(tmp_path, memory)
    for count in (1, 3, 3):
        first.record_trial(STUDY, trial(count=count, state="running"))
    train = tmp_path / "digits-1" / "trial-003" / "train"
    assert [step for step, _ in scalars(train)["loss"]] == [1, 2, 3]
    second = TensorBoardRecorder(tmp_path, memory)
    for _ in range(2):
        second.record_trial(STUDY, trial(count=4))
    assert [step for step, _ in scalars(train)["loss"]] == [1, 2, 3, 4]
    assert len(memory.trials) == 1


def test_a_name_never_leads_out_of_the_folder(tmp_path: Path) -> None:
    study = replace(STUDY, study_name="../../up")
    TensorBoardRecorder(tmp_path / "logs", MemoryRecorder()).record_trial(
        study, replace(trial(), study_name="../../up")
    )
    assert [each.name for each in tmp_path.iterdir()] == ["logs"]
    assert [each.name for each in (tmp_path / "logs").iterdir()] == ["_x002E_._x002F_.._x002F_up"]


def test_two_names_have_two_folders_and_a_metric_is_not_mixed_with_a_column(tmp_path: Path) -> None:
    recorder = TensorBoardRecorder(tmp_path, MemoryRecorder())
    odd = replace(epochs(1)[0], metrics={"loss": 1.0, "epoch_seconds": 9.0, "scope//f1": 0.5})
    for name in ("a b", "a-b", "a/b"):
        record = replace(trial(), study_name=name, epochs=(odd,), best_epoch=1)
        recorder.record_trial(replace(STUDY, study_name=name), record)
    assert len(list(tmp_path.iterdir())) == 3
    found = scalars(tmp_path / "a-b" / "trial-003" / "train")
    assert found == {"loss": [(1, 1.0)], "epoch_seconds": [(1, 0.5)], "_x0065_poch_seconds": [(1, 9.0)],
                     "scope//f1": [(1, 0.5)]}  # fmt: skip
