"""Who is told of what becomes of studies, as a server has it.

Leaves to others: what is told, and when (service).
"""

from collections.abc import Sequence
from urllib.parse import quote

from tuner.client.connection import Connection
from tuner.client.operations import operation
from tuner.service.receivers import Receiver, Receivers, Tested
from tuner.web.answers import MadeReceiver


class RemoteNotifications:
    """Webhooks and addresses of e-mail. Made by `Client.notifications`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @operation("GET", "/notifications")
    def list(self) -> Receivers:
        """One's own; an admin sees everybody's."""
        return self._connection.get(Receivers, "/notifications")

    @operation("POST", "/notifications")
    def add(
        self,
        *,
        url: str | None = None,
        mail: str | None = None,
        study: str | None = None,
        owner: str | None = None,
        events: Sequence[str] = ("ended", "failed", "stuck"),
    ) -> MadeReceiver:
        """Have a webhook or an address told, of one study or of all of a person's. The secret of a webhook comes with
        the answer, once."""
        body = {"url": url, "mail": mail, "study": study, "owner": owner, "events": tuple(events)}
        return self._connection.ask(MadeReceiver, "POST", "/notifications", body)

    @operation("DELETE", "/notifications/{receiver_id}")
    def remove(self, receiver_id: str) -> Receiver:
        """Tell it nothing more."""
        return self._connection.ask(Receiver, "DELETE", f"/notifications/{quote(receiver_id, safe='')}")

    @operation("POST", "/notifications/{receiver_id}/test")
    def test(self, receiver_id: str) -> Tested:
        """Send it a message now; the answer is what came back."""
        return self._connection.ask(Tested, "POST", f"/notifications/{quote(receiver_id, safe='')}/test")
