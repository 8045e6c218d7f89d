"""multipart/form-data, read without a library."""

import re
from dataclasses import dataclass
from email.message import Message


@dataclass(frozen=True)
class Part:
    """One field of a form; ``filename`` is None for a plain value."""

    name: str
    filename: str | None
    content_type: str
    content: bytes


def parse_multipart(content_type: str, body: bytes) -> list[Part]:
    """The parts of a body, [] when it is not a well-formed form."""
    boundary = _parameter("Content-Type", content_type, "boundary")
    if not content_type.lower().startswith("multipart/form-data") or not boundary:
        return []
    chunks = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    return [part for chunk in chunks[1:-1] if (part := _part(chunk)) is not None]


def _part(chunk: bytes) -> Part | None:
    head, gap, content = chunk.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    if not gap:
        return None
    headers = dict(
        line.partition(":")[::2] for line in head.decode("utf-8", "replace").split("\r\n")
    )
    found = {name.strip().lower(): value.strip() for name, value in headers.items()}
    disposition = found.get("content-disposition", "")
    name = _parameter("Content-Disposition", disposition, "name")
    if name is None:
        return None
    filename = _parameter("Content-Disposition", disposition, "filename")
    return Part(name, filename, found.get("content-type", ""), content)


def _parameter(header: str, value: str, name: str) -> str | None:
    """A parameter of a header; RFC 2231 forms (filename*=) are decoded too."""
    if not re.search(rf"\b{name}\*?\s*=", value):
        return None
    message = Message()
    message[header] = value
    found = message.get_param(name, header=header)
    return found[2] if isinstance(found, tuple) else found
