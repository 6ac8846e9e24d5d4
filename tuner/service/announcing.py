"""Where a page of this service is: servers note their address with the studies, and commands name it.

Leaves to others: that an address is none of a server that is gone (database.servers), the pages (web).
"""

import contextlib
import logging
import secrets
import threading

from tuner.database import servers
from tuner.database.connection import Database
from tuner.studies.page_address import page_at

logger = logging.getLogger(__name__)

_BEAT_S = 5.0
_MOMENT_S = 2.0


def page_of(db: Database, study_name: str) -> str | None:
    """The address of a study's page, where a server answers that this machine reaches."""
    address = servers.address_from_here(db)
    return None if address is None else page_at(address, study_name)


class Announced:
    """A server's address, noted as long as this lives, with signs of life from a thread.

    everywhere: the address is good on other machines, too.
    """

    def __init__(self, db: Database, address: str, everywhere: bool) -> None:
        # One sign of life that is lost is followed by another.
        self._db = db.waiting(0.0)
        self._address, self._everywhere = address, everywhere
        self._server_id = secrets.token_hex(8)
        self._over = threading.Event()
        self._beat()
        self._thread = threading.Thread(target=self._run, name="announced", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Its address is given no more."""
        self._over.set()
        self._thread.join(_MOMENT_S)
        with contextlib.suppress(Exception):
            servers.leave(self._db, self._server_id)

    def _run(self) -> None:
        while not self._over.wait(_BEAT_S):
            self._beat()

    def _beat(self) -> None:
        try:
            if not servers.beat(self._db, self._server_id):
                servers.enter(self._db, self._server_id, self._address, self._everywhere)
        except Exception as error:
            logger.debug("the address of this server could not be noted: %s", error)
