"""Temporary media and permanent pictures (developer pages 90253, 90256)."""

import secrets
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.multipart import Part, parse_multipart
from twin.store import Row
from twin.wecom.endpoint import Answer, Call, answer, get
from twin.wecom.errors import Refused

MB = 1024 * 1024
LIMITS = {"image": 10 * MB, "voice": 2 * MB, "video": 10 * MB, "file": 20 * MB}
SMALLEST = 5  # bytes
THREE_DAYS = 3 * 86_400


async def upload(request: Request) -> Response:
    """``POST media/upload?type=…`` with the file in the field ``media``."""
    raw = await request.body()
    kind = request.headers.get("content-type", "")
    return answer(request, lambda call: _upload(call, kind, raw), b"")


def _upload(call: Call, content_type: str, raw: bytes) -> Answer:
    kind = call.query.get("type", "")
    if kind not in LIMITS:
        raise Refused(40004)
    named = [p for p in parse_multipart(content_type, raw) if p.name == "media"]
    part = _file(named, LIMITS[kind])
    check_format(kind, part.content)
    created = int(call.twin.clock.real())
    media_id = "3" + secrets.token_urlsafe(40)
    _keep(call, media_id, kind, part, created + THREE_DAYS)
    return {"errmsg": "", "type": kind, "media_id": media_id, "created_at": str(created)}


async def uploadimg(request: Request) -> Response:
    """``POST media/uploadimg``: a picture with an address that does not expire."""
    raw = await request.body()
    kind = request.headers.get("content-type", "")
    return answer(request, lambda call: _uploadimg(call, kind, raw), b"")


def _uploadimg(call: Call, content_type: str, raw: bytes) -> Answer:
    part = _file(parse_multipart(content_type, raw), 2 * MB)
    check_format("image", part.content)
    media_id = "img" + secrets.token_hex(16)
    _keep(call, media_id, "uploadimg", part, 1e12)
    return {"errmsg": "", "url": f"{call.twin.settings.get('public_base')}/wwpic/img/{media_id}"}


def _file(parts: list[Part], limit: int) -> Part:
    files = [part for part in parts if part.filename is not None]
    if not files:
        raise Refused(44001)
    if len(files[0].content) <= SMALLEST:
        raise Refused(40006)
    if len(files[0].content) > limit:
        raise Refused(45001)
    return files[0]


def check_format(kind: str, content: bytes) -> None:
    """Pictures are JPG or PNG, voices AMR, videos MP4, by their first bytes."""
    if kind == "image" and not content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        raise Refused(40123)
    if kind == "voice" and not content.startswith(b"#!AMR"):
        raise Refused(40004)
    if kind == "video" and content[4:8] != b"ftyp":
        raise Refused(40004)


def _keep(call: Call, media_id: str, kind: str, part: Part, expires_at: float) -> None:
    call.twin.store.insert(
        "media",
        media_id=media_id,
        corp_id=call.corp_id,
        kind=kind,
        filename=part.filename or "",
        content_type=part.content_type or "application/octet-stream",
        created_at=int(call.twin.clock.real()),
        expires_at=expires_at,
        content=part.content,
    )
    call.twin.log.write(
        "media.kept", corp_id=call.corp_id, media_id=media_id, type=kind, size=len(part.content)
    )


def check_media(call: Call, media_id: str, kind: str) -> Row:
    """The unexpired file of this kind and corp. Raises Refused(40007)."""
    row = call.twin.store.row(
        "SELECT * FROM media WHERE media_id = ? AND corp_id = ? AND kind = ? AND expires_at > ?",
        (media_id, call.corp_id, kind, call.twin.clock.real()),
    )
    if row is None:
        raise Refused(40007)
    return row


def is_uploaded_image(twin: Twin, url: str) -> bool:
    """Whether ``media/uploadimg`` gave this address."""
    prefix = f"{twin.settings.get('public_base')}/wwpic/img/"
    media_id = url.removeprefix(prefix)
    return url.startswith(prefix) and bool(
        twin.store.value("SELECT 1 FROM media WHERE media_id = ?", (media_id,))
    )


def media_get(call: Call) -> Response:
    """The file of a media_id. 40007 when there is none."""
    row = call.twin.store.row(
        "SELECT * FROM media WHERE media_id = ? AND corp_id = ? AND expires_at > ?",
        (call.query.get("media_id", ""), call.corp_id, call.twin.clock.real()),
    )
    if row is None or row["kind"] == "uploadimg":
        raise Refused(40007)
    name = quote(row["filename"])
    headers = {"Content-Disposition": f"attachment; filename=\"{name}\"; filename*=utf-8''{name}"}
    return Response(row["content"], media_type=row["content_type"], headers=headers)


async def picture(request: Request) -> Response:
    """``GET /wwpic/img/ID``: an uploaded picture, as browsers load it."""
    row = twin_of(request).store.row(
        "SELECT * FROM media WHERE media_id = ? AND kind = 'uploadimg'",
        (request.path_params["media_id"],),
    )
    if row is None:
        return Response(status_code=404)
    return Response(row["content"], media_type=row["content_type"])


routes: list[BaseRoute] = [
    Route("/cgi-bin/media/upload", upload, methods=["POST"]),
    Route("/cgi-bin/media/uploadimg", uploadimg, methods=["POST"]),
    get("media/get", media_get),
    Route("/wwpic/img/{media_id}", picture),
]
