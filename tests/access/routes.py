"""Every route of the three hosts, as the resolver knows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.urls import URLPattern, URLResolver

from org.contracts import Policy
from siyu.middleware.access import policy_of
from tenants.middleware import URLCONFS


@dataclass(frozen=True)
class Route:
    """`surface` is a key of `URLCONFS`; `params` are (name, converter) of the path."""

    surface: str
    path: str
    view: Any
    params: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        return f"{self.surface}:{self.path}"

    @property
    def policy(self) -> Policy | None:
        return policy_of(self.view)


def routes_of(surface: str, urlconf: str) -> list[Route]:
    return list(_walk(surface, import_module(urlconf).urlpatterns, "/", {}))


def all_routes() -> dict[str, Route]:
    found = [route for name, conf in URLCONFS.items() for route in routes_of(name, conf)]
    return {route.name: route for route in found}


def _walk(surface: str, patterns: list[Any], prefix: str, known: dict[str, Any]) -> Iterator[Route]:
    for entry in patterns:
        path = prefix + str(entry.pattern)
        converters = {**known, **entry.pattern.converters}
        if isinstance(entry, URLResolver):
            yield from _walk(surface, entry.url_patterns, path, converters)
        elif isinstance(entry, URLPattern):
            params = tuple(
                (name, type(converter).__name__.removesuffix("Converter").lower())
                for name, converter in converters.items()
            )
            yield Route(surface, path, entry.callback, params)
