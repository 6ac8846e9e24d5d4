"""A server's routes are made when it is, not by the first who asks for one."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastapi.dependencies.utils
import httpx
import pytest

from tests.web.conftest import running, settings_for
from tuner.web.server import Listening


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the parameters of routes, in the order in which they are made."""
    names: list[str] = []
    make: Callable[..., Any] = fastapi.dependencies.utils.create_model_field

    def noted(*, name: str, **options: Any) -> Any:
        names.append(name)
        return make(name=name, **options)

    monkeypatch.setattr(fastapi.dependencies.utils, "create_model_field", noted)
    return names


def test_a_request_makes_no_route(tmp_path: Path, made: list[str]) -> None:
    settings = settings_for(f"sqlite:///{tmp_path / 'tuner.db'}", tmp_path)
    with running(settings, Listening(port=0)) as server:
        before = len(made)
        assert before > 100
        for path in ("/api/v1/studies", "/api/v1/health", "/", "/new", "/api/v1/studies/none/trials/1"):
            assert httpx.get(f"{server.address}{path}", trust_env=False).status_code in (200, 404)
        assert made[before:] == []
