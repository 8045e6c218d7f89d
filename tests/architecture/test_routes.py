"""Every route says who may reach it."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver

from siyu.access import MATRIX
from siyu.middleware.access import policy_of

URLCONFS = ("siyu.urls.staff", "siyu.urls.customer", "siyu.urls.platform")
AUDIENCES = {"public", "customer", "staff", "machine", "api"}


def routes(urlconf: str) -> Iterator[tuple[str, Any]]:
    yield from _walk(import_module(urlconf).urlpatterns, "/")


def _walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


ALL = [(conf, path, view) for conf in URLCONFS for path, view in routes(conf)]


def test_there_are_routes_to_speak_of() -> None:
    assert len(ALL) >= 40


@pytest.mark.parametrize(
    ("conf", "path", "view"), ALL, ids=[f"{conf[10:]}:{path}" for conf, path, _ in ALL]
)
def test_a_route_declares_its_policy(conf: str, path: str, view: Any) -> None:
    policy = policy_of(view)
    assert policy is not None, f"{path} 没有声明访问策略"
    assert policy.audience in AUDIENCES
    if policy.audience == "staff" and policy.capability:
        assert policy.capability in MATRIX


def test_every_capability_is_used_by_a_route() -> None:
    used = {policy.capability for _, _, view in ALL if (policy := policy_of(view))}
    assert set(MATRIX) - used == set()


def test_the_matrix_has_no_wildcard_and_no_empty_row() -> None:
    for capability, roles in MATRIX.items():
        assert roles, capability
        assert "*" not in capability
