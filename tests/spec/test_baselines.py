"""What a baseline leaves out."""

from pathlib import Path

from tuner.spec.study_spec import parse_spec


def test_a_value_that_the_space_has_alone_need_not_be_said_again() -> None:
    text = (
        "dataset: digits\nparameters:\n  units: [8, 16]\n  normalization: standard\n  optimizer: momentum\n"
        "  momentum: {choice: [0.5], when: {optimizer: momentum}}\nbaselines: {small: {units: 8}}\n"
    )
    (baseline,) = parse_spec(text, "space", Path(), "space.yaml").baselines
    asked = {name: baseline.params[name] for name in ("units", "normalization", "optimizer", "momentum")}
    assert asked == {"units": 8, "normalization": "standard", "optimizer": "momentum", "momentum": 0.5}
