"""Run a person's code once before a study, in a process of its own: `python -m tuner.studies.code_check`.

Owns: what is found out beforehand - whether it builds, what it asks, and what has no equal here.
Leaves to others: who starts it and shows what it found (cli).

Reads one JSON object on stdin, writes one on stdout: the parameters asked, or the error. A GPU is not touched.
"""

import contextlib
import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any

from tuner.code import find_code
from tuner.data.dataset import DataInfo
from tuner.errors import TrialFailed, TunerError
from tuner.space import Parameter, Value
from tuner.spec import parse_spec

_MOST_WAYS = 50


def main() -> None:
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")
    request = json.load(sys.stdin)
    # What the code prints is not the answer.
    with contextlib.redirect_stdout(sys.stderr):
        answer = answer_to(request)
    print(json.dumps(answer))


def answer_to(request: dict[str, Any]) -> dict[str, Any]:
    """What `check` finds, or the error in words."""
    try:
        return check(request)
    except TunerError as error:
        return {"error": str(error)}


def check(request: dict[str, Any]) -> dict[str, Any]:
    """Build the network with its defaults, with each baseline, and once in each conditional scope.

    request: text, name, folder: of the specification; code: as a person named it; info: of the data."""
    from tuner.studies.asking import settings
    from tuner.training.python_network import network

    info = DataInfo(**{**request["info"], "input_shape": tuple(request["info"]["input_shape"])})
    spec = parse_spec(request["text"], request["name"], Path(request["folder"]), request["name"])
    assert spec.code is not None
    code = find_code(request["code"])
    asked: dict[str, Parameter] = {}

    def ask(parameter: Parameter, given: dict[str, Value]) -> Value:
        asked[parameter.name] = parameter
        if parameter.name in given:
            return given[parameter.name]
        return parameter.default

    # As KerasTuner does, every conditional scope is opened once: what lies in one may be wrong too.
    ways: list[dict[str, Value]] = [{}, *(dict(each.params) for each in spec.baselines if each.params)]
    written = len(ways)
    for number, given in enumerate(ways):

        def answer(parameter: Parameter, given: dict[str, Value] = given) -> Value:
            return ask(parameter, given)

        try:
            made = network(code, spec.code, answer, settings(spec, answer), spec.callbacks, info, seed=0)
            made.check(info)
        except TrialFailed as failure:
            raise TunerError(failure.reason) from failure
        ways += [dict(each) for each in made.scopes() if dict(each) not in ways and len(ways) < _MOST_WAYS]
        unused = [name for name in given if name not in asked]
        if unused and number < written and not made.fits_itself:
            raise TunerError(f"{spec.name}: baselines: {unused[0]} is given, and the code never asks for it.")
    return {
        "parameters": {
            each.name: {"values": str(each.domain), "default": each.default} for each in asked.values()
        },
        "trainable": made.parameters(),
    }  # fmt: skip


if __name__ == "__main__":
    main()
