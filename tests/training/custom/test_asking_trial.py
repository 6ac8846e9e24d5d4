"""A function of a trial may use what Optuna's trial has, where it means something here."""

import pytest

from tuner.errors import SpecError
from tuner.training.custom.asking_trial import AskingTrial


@pytest.mark.parametrize("name", ["tuner_ordinal", "state"])
def test_what_the_study_keeps_with_a_trial_is_not_written_over(name: str) -> None:
    trial = AskingTrial(lambda parameter: parameter.default)
    with pytest.raises(SpecError, match=f"trial.set_user_attr: '{name}' is what the study itself keeps"):
        trial.set_user_attr(name, 3)
    assert trial.user_attrs == {}
