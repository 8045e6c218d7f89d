"""The phone part: pages, authorisation, adding, the JS-SDK stand-in."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import twin_of
from twin.phone import (
    adding,
    authorize,
    contacts,
    group_about,
    group_talk,
    groups,
    holder,
    joining,
    jsconfig,
    pages,
    purse,
    sending,
)

SCRIPT = Path(__file__).with_name("jweixin.js").read_text(encoding="utf-8")


async def jweixin(request: Request) -> Response:
    """What the WebView hands to a page: ``wx`` and ``WeixinJSBridge``."""
    base = str(twin_of(request).settings.get("public_base"))
    return Response(SCRIPT.replace("__TWIN__", base), media_type="text/javascript")


async def front(request: Request) -> Response:
    """The twin's own address leads to the phone."""
    return RedirectResponse("/phone/", 303)


routes: list[BaseRoute] = [
    Route("/", front),
    Route("/phone", front),
    Route("/jweixin.js", jweixin),
    *pages.routes,
    *contacts.routes,
    *groups.routes,
    *group_talk.routes,
    *group_about.routes,
    *sending.routes,
    *purse.routes,
    *holder.routes,
    *authorize.routes,
    *jsconfig.routes,
    *adding.routes,
    *joining.routes,
]
