"""Where the product really is: https hosts mapped to a port of this machine."""

import asyncio
from dataclasses import dataclass
from fnmatch import fnmatch
from urllib.parse import urlsplit, urlunsplit

import httpx

from twin.context import Twin
from twin.settings import Settings

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class HostNotMapped(Exception):
    """The twin connects to this machine only, and nothing says where that host is."""


@dataclass(frozen=True)
class Target:
    """The address to connect to, and what the caller believes to have called."""

    url: str
    host: str
    scheme: str


def locate(settings: Settings, url: str) -> Target:
    """The local address of a public URL. Raises HostNotMapped.

    ``https://aurora.localhost/x`` with ``{"*.localhost": "127.0.0.1:8000"}`` becomes
    ``http://127.0.0.1:8000/x`` with ``Host: aurora.localhost``.
    """
    parts = urlsplit(url)
    hostname = parts.hostname or ""
    for pattern, address in dict(settings.get("hostmap")).items():
        if fnmatch(parts.netloc, pattern) or fnmatch(hostname, pattern):
            local = urlunsplit(("http", address, parts.path or "/", parts.query, ""))
            return Target(local, parts.netloc, parts.scheme)
    if hostname in LOOPBACK and parts.scheme == "http":
        return Target(url, parts.netloc, parts.scheme)
    raise HostNotMapped(hostname)


async def send(
    twin: Twin,
    method: str,
    url: str,
    *,
    timeout: float,  # noqa: ASYNC109 - the platform's limit, stated by the caller
    headers: dict[str, str],
    body: bytes = b"",
) -> httpx.Response:
    """Call the product; the whole exchange must fit into ``timeout`` seconds.

    Raises HostNotMapped, or httpx.HTTPError when no answer came in time.
    """
    target = locate(twin.settings, url)
    public = {"Host": target.host, "X-Forwarded-Proto": target.scheme}
    try:
        async with asyncio.timeout(timeout):
            return await twin.http.request(
                method, target.url, content=body, headers={**headers, **public}, timeout=timeout
            )
    except TimeoutError as late:
        raise httpx.ReadTimeout(f"no answer within {timeout} s") from late
