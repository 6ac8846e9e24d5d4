"""Who a token belongs to. Tokens are made and revoked at a terminal (`tune token`), not here."""

from fastapi import APIRouter

from tuner.web.answers import PersonAnswer
from tuner.web.signing_in import Somebody

router = APIRouter(tags=["people"])


@router.get("/me")
def me(somebody: Somebody) -> PersonAnswer:
    """Whoever asks."""
    return PersonAnswer(name=somebody.name, role=somebody.role)
