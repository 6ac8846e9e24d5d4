"""What the client asks of a server is what a terminal would ask: the same studies, the same errors."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tuner
from tests.client.conftest import SPACE
from tests.database.conftest import opening
from tuner.analysis import results
from tuner.client.client import Client
from tuner.client.study import RemoteStudy
from tuner.errors import InputError, NotAllowed, NotFound, NotSignedIn, ServiceDown, SpecError, StudyConflict, TrialLost
from tuner.service.tokens import TokenRequest, create_token
from tuner.settings import Settings


def trained(client: Client, name: str) -> RemoteStudy:
    study = client.start(SPACE, study_name=name, space_name="mine")
    while (trial := study.ask()) is not None:
        with trial:
            for epoch in range(1, 4):
                if not trial.report({"loss": np.float32(1.0 / (epoch + trial.number)), "auc": 0.5}, seconds=0.5):
                    break
    return study


def test_a_study_lives_from_its_start_to_its_deletion(client: Client) -> None:
    study = client.start(SPACE, study_name="my/study", trials=5, space_name="mine")
    assert (study.name, study.state, study.status().trials) == ("my/study", "waiting", 5)
    assert client.open("my/study").status().space == "mine"
    assert study.change(trials=7, plateau=3).trials == 7
    assert study.note("mine").note == "mine"
    assert study.stop().state == "stopped"
    assert study.resume(trials=8).state == "waiting"
    assert study.cancel().state == "cancelled"
    assert study.rename("other").study_name == study.name == "other"
    assert [each.study_name for each in client.studies(words="other").studies] == ["other"]
    assert study.spec().resolved["model"] == "external"
    assert study.delete().study_name == "other"
    with pytest.raises(NotFound, match="there is no study 'other'"):
        study.status()


def test_a_study_is_trained_by_a_program_and_read_as_frames(client: Client, settings: Settings) -> None:
    study = trained(client, "trained")
    assert (study.state, study.best.trial_number, study.best.value) == ("finished", 2, float(np.float32(0.2)))
    assert study.wait(show=False).state == "finished"
    with opening(settings.storage) as db:
        there = results.trials(db, "trained")
        here = study.trials()
        pd.testing.assert_frame_equal(here, there[list(here.columns)])
        assert set(there.columns) - set(here.columns) == {"training_seconds", "parameters", "host", "device", "seed"}
        epochs = study.epochs()
        pd.testing.assert_frame_equal(epochs, results.epochs(db, "trained")[list(epochs.columns)])
    assert len(study.columns().model_dump()) > 3
    assert study.outcome().test is None
    with pytest.raises(NotFound, match="3 trials have a value; importance needs at least"):
        study.importance()
    assert "trial-2:" in study.trial(2).parameters()
    assert [each.epoch for each in study.trial(0).epochs().epochs] == [1, 2, 3]
    assert study.trial(1).view().state == "complete"


def test_an_error_that_leaves_the_block_fails_the_trial_and_ctrl_c_hands_it_back(client: Client) -> None:
    study = client.start(SPACE, study_name="left", space_name="mine")
    fails = study.ask()
    assert fails is not None
    with pytest.raises(ValueError, match="no good"), fails:
        raise ValueError("no good")
    failed = study.trial(0).view()
    assert (failed.state, failed.reason) == ("failed", "ValueError: no good")
    trial = study.ask()
    assert trial is not None
    trial.report({"loss": 0.5})
    with pytest.raises(KeyboardInterrupt), trial:
        raise KeyboardInterrupt
    taken = study.ask()
    assert taken is not None
    assert (taken.number, taken.epochs, taken.attempt, taken.params) == (1, 1, 2, trial.params)
    with pytest.raises(TrialLost, match="trial 1 of study 'left' is another program's"):
        trial.report({"loss": 0.4})
    assert taken.keep()
    taken.tell({"loss": float("nan")})
    assert (taken.state, taken.reason) == ("diverged", "loss is not finite at epoch 2")


def test_a_trial_that_a_person_cancels_is_told_so(client: Client) -> None:
    study = client.start(SPACE, study_name="cancelled", space_name="mine")
    trial = study.ask()
    assert trial is not None
    study.cancel(trial.number)
    assert not trial.report({"loss": 0.5})
    assert (trial.state, trial.reason) == ("cancelled", "cancelled by a person")


def test_a_file_and_a_name_are_spaces_too(client: Client, tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("dataset: digits\nparameters: {units: [8, 16]}\n")
    study = client.start(tmp_path / "mine.yaml", run="elsewhere")
    assert (study.name, study.status().space) == ("mine-1", "mine")
    assert client.start("digits", run="elsewhere").status().space == "digits"
    assert client.check_space(SPACE).model == "external"
    assert "digits" in {each.space for each in client.spaces().spaces}
    assert client.space("digits").dataset == "digits"


def test_what_the_server_refuses_is_the_error_that_it_is(client: Client) -> None:
    with pytest.raises(SpecError, match="parameters: is missing"):
        client.start({"dataset": "digits"})
    with pytest.raises(NotFound, match="there is no search space 'nosuch'"):
        client.start("nosuch")
    with pytest.raises(NotFound, match="there is no study 'nosuch'"):
        client.open("nosuch")
    with pytest.raises(InputError, match=r"no search-space file nosuch[.]yaml on this machine"):
        client.start("nosuch.yaml")
    with pytest.raises(InputError, match="trials"):
        client.start(SPACE, trials=0)
    client.start("digits", study_name="networks", run="elsewhere")
    with pytest.raises(StudyConflict, match="which workers train"):
        client.open("networks").ask()


def test_tokens_say_who_asks(settings: Settings, client: Client, tmp_path: Path) -> None:
    from tests.client.conftest import settings_in
    from tests.web.conftest import running
    from tuner.web.server import Listening

    own = settings_in(tmp_path)
    with running(own, Listening(port=0)) as server, opening(own.storage) as db:
        tokens = {name: create_token(db, TokenRequest(person=name)).text for name in ("ada", "bob")}
        with Client(server.address) as nobody, pytest.raises(NotSignedIn, match="a token is needed"):
            nobody.me()
        with Client(server.address, tokens["ada"]) as ada, Client(server.address, tokens["bob"]) as bob:
            assert ada.me().name == "ada"
            assert tokens["ada"] not in repr(ada)
            ada.start(SPACE, study_name="hers")
            with pytest.raises(NotAllowed, match="study 'hers' is ada's; bob may look at it"):
                bob.open("hers").stop()


def test_what_is_no_server_is_said_in_a_line() -> None:
    with pytest.raises(InputError, match="is no address of a server"):
        Client("tune.example")
    with (
        Client("http://127.0.0.1:9", patience_s=0.0) as client,
        pytest.raises(ServiceDown, match=r"127[.]0[.]0[.]1:9: does not answer"),
    ):
        client.health()


def test_it_is_among_the_public_names() -> None:
    assert tuner.Client is Client


def test_a_configuration_that_is_added_is_what_a_program_is_asked_to_try(client: Client, tmp_path: Path) -> None:
    study = client.start(SPACE, study_name="with mine", trials=2, space_name="mine")
    mine = study.configurations
    assert [each.name for each in mine.form().parameters] == ["rate", "kind", "epochs"]
    checked = mine.check({"rate": 2.0, "kind": "c"})
    assert {each.parameter: each.words for each in checked.faults} == {
        "rate": "rate is 2.0; the space has 0.001 to 1 (log).",
        "kind": "kind is 'c'; the space has a, b.",
    }
    with pytest.raises(InputError, match=r"^the configuration: rate is 2\.0"):
        mine.add({"rate": 2.0, "kind": "a"})
    first, second = mine.add({"rate": 0.5, "kind": "b"}), mine.add({"rate": "0.25", "kind": "a"}, name="quarter")
    with pytest.raises(StudyConflict, match="all 2 trials"):
        mine.add({"rate": 0.5, "kind": "a"})
    trial = study.ask()
    assert trial is not None
    assert dict(trial.params) == dict(first.params) == {"rate": 0.5, "kind": "b", "epochs": 3}
    assert [each.trial_number for each in mine.list().configurations] == [0, None]
    other = mine.add({"kind": "a"}, from_trial=0, more=True)
    assert (other.params["rate"], other.params["kind"], other.trials) == (0.5, "a", 3)
    assert (second.name, second.params["rate"]) == ("quarter", 0.25)
    rows = pd.read_csv(study.files.csv(tmp_path / "trials.csv"))
    assert rows["params.kind"].tolist() == ["b"]
    with pytest.raises(NotFound, match="no complete trial yet"):
        study.files.export(tmp_path / "none.zip")
