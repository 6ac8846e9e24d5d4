"""A study that runs is changed from another terminal, and ends as it was last asked for."""

import pytest

from tests.end_to_end.conftest import SMALL_SPACE, Desk

pytestmark = pytest.mark.slow


def trains(desk: Desk) -> bool:
    """Whether a trial has finished an epoch; the study may not be there yet."""
    status = desk.look("status", "s")
    return status is not None and any(each["epochs"] for each in status["running"])


def test_workers_and_trials_follow_what_was_last_wanted(desk: Desk) -> None:
    space = desk.write_space(epochs=150, text=SMALL_SPACE.replace("pruner: asha", "pruner: none"))
    running = desk.begin("start", "--space", str(space), "--study", "s", "--workers", "1", "--trials", "200")
    desk.wait_until(lambda: trains(desk))
    desk.tune("change", "s", "--workers", "2")
    desk.wait_until(lambda: len({each["worker"] for each in desk.status("s")["workers"]}) == 2)
    desk.tune("change", "s", "--workers", "1")
    desk.wait_until(lambda: len(desk.status("s")["workers"]) == 1)
    begun = len(desk.trials("s"))
    desk.tune("change", "s", "--trials", str(begun + 1))
    out, err = running.communicate(timeout=240)
    assert running.returncode == 0, err
    assert "2 workers from now on" in err
    assert f"{begun + 1} of {begun + 1} trials" in out
    assert "died" not in err


@pytest.mark.chaos
def test_a_study_is_cancelled_from_another_terminal_and_goes_on(desk: Desk) -> None:
    space = desk.write_space(epochs=200)
    running = desk.begin("start", "--space", str(space), "--study", "s", "--workers", "1", "--trials", "2")
    desk.wait_until(lambda: trains(desk))
    desk.tune("cancel", "s")
    running.communicate(timeout=120)
    status = desk.status("s")
    assert (status["state"], status["counts"]["cancelled"]) == ("cancelled", 1)
    desk.tune("resume", "s", "--workers", "1", "--trials", "2")
    assert desk.status("s")["counts"] == {"cancelled": 1, "complete": 1, "waiting": 0}
    desk.tune("delete", "s", "--mlflow", "--yes")
    assert desk.tune("status", "s", check=False).returncode == 3
