"""The bare domain: a list of doors in a demonstration, an unknown site elsewhere."""

from typing import Any

import pytest

from tests.world import client_for

pytestmark = pytest.mark.django_db


def test_a_demonstration_lists_its_doors(settings: Any) -> None:
    settings.SIYU_ENV = "demo"
    page = client_for(None, "localhost:8000").get("/")
    assert page.status_code == 200
    assert "http://aurora.localhost:8000/login" in page.content.decode()
    assert "http://m.aurora.localhost:8000/" in page.content.decode()


@pytest.mark.parametrize("env", ["production", "test", "develop"])
def test_elsewhere_the_bare_domain_is_an_unknown_site(settings: Any, env: str) -> None:
    settings.SIYU_ENV = env
    assert client_for(None, "localhost:8000").get("/").status_code == 404
