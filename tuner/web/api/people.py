"""Who a token belongs to. Tokens are made and revoked at a terminal (`tune token`), not here."""

from fastapi import APIRouter

from tuner.database.tables import PersonRole
from tuner.web.answers import Answer
from tuner.web.signing_in import Somebody

router = APIRouter(tags=["people"])


class PersonAnswer(Answer):
    """role: a viewer looks, a member starts studies and changes their own, an admin does everything."""

    name: str
    role: PersonRole


@router.get("/me")
def me(somebody: Somebody) -> PersonAnswer:
    """Whoever asks."""
    return PersonAnswer(name=somebody.name, role=somebody.role)
