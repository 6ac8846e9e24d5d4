"""One trial of a study of a server: its figures, what is known of it, its files.

Leaves to others: a trial that this program trains (asked).
"""

from urllib.parse import quote

from tuner.client.connection import Connection
from tuner.client.operations import operation
from tuner.service.trial_files import PARAMETERS, TrialFiles
from tuner.service.trial_findings import Confusion, Mistakes, Predictions, TrialFindings, TrialLayers
from tuner.studies.views import Trial
from tuner.web.answers import Epochs

_PATH = "/studies/{study}/trials/{number}"


class RemoteTrial:
    """Made by `RemoteStudy.trial`; every answer is asked for anew. number: the trial's."""

    def __init__(self, connection: Connection, study_name: str, number: int) -> None:
        self._connection = connection
        self._study_name = study_name
        self._number = number

    @property
    def number(self) -> int:
        return self._number

    @property
    def _place(self) -> str:
        return f"/studies/{quote(self._study_name, safe='')}/trials/{self._number}"

    def __repr__(self) -> str:
        return f"RemoteTrial({self._number}, {self._study_name!r})"

    @operation("GET", _PATH)
    def view(self) -> Trial:
        """Its state, configuration and figures. Raises NotFound."""
        return self._connection.get(Trial, self._place)

    @operation("GET", f"{_PATH}/epochs")
    def epochs(self) -> Epochs:
        """Every epoch, in their order."""
        return self._connection.get(Epochs, f"{self._place}/epochs")

    def parameters(self) -> str:
        """Its configuration as YAML, as it stands under `baselines:` of a search-space file."""
        return self.file(PARAMETERS).decode()

    @operation("GET", f"{_PATH}/findings")
    def findings(self) -> TrialFindings:
        """What went wrong in its network, with remedies; where and how it was trained."""
        return self._connection.get(TrialFindings, f"{self._place}/findings")

    @operation("GET", f"{_PATH}/layers")
    def layers(self) -> TrialLayers:
        """Its layers in words, and what was measured in them."""
        return self._connection.get(TrialLayers, f"{self._place}/layers")

    @operation("GET", f"{_PATH}/confusion")
    def confusion(self) -> Confusion:
        """How many validation rows of each class it took for which."""
        return self._connection.get(Confusion, f"{self._place}/confusion")

    @operation("GET", f"{_PATH}/mistakes")
    def mistakes(self) -> Mistakes:
        """The validation rows that it was most wrong about."""
        return self._connection.get(Mistakes, f"{self._place}/mistakes")

    @operation("GET", f"{_PATH}/mistakes/{{place}}")
    def mistake(self, place: int) -> bytes:
        """The picture of one of these, as a PNG."""
        return self._connection.bytes_of(f"{self._place}/mistakes/{place}")

    @operation("GET", f"{_PATH}/predictions")
    def predictions(self) -> Predictions:
        """Of a regression: what it predicted of validation rows, and what is true."""
        return self._connection.get(Predictions, f"{self._place}/predictions")

    @operation("GET", f"{_PATH}/files")
    def files(self) -> TrialFiles:
        """Its files: parameters as YAML, pictures, layers in words, its model."""
        return self._connection.get(TrialFiles, f"{self._place}/files")

    @operation("GET", f"{_PATH}/files/{{name}}")
    def file(self, name: str) -> bytes:
        """One of them."""
        return self._connection.bytes_of(f"{self._place}/files/{quote(name, safe='')}")
