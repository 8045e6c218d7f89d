"""Guides come in through WeCom: its silent OAuth, with a state bound to the session."""

import secrets

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_GET, require_POST

from core import ports
from core.errors import InvalidInput, PortFailure, Refusal
from core.ids import random_text
from org.contracts import SiteUrls, StaffDirectory, policy
from org.models import Staff
from org.selectors import find_guide_by_wecom
from pages import sessions
from pages.http import safe_next

STATE, NEXT = "guide_login_state", "guide_login_next"
CALLBACK = "/g/login/callback"


@policy("public")
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Send the browser to WeCom, which sends it back with a code of five minutes."""
    request.session[STATE] = state = random_text(160)
    request.session[NEXT] = _guide_path(request)
    try:
        address = ports.get(SiteUrls).staff_url(CALLBACK)
        return redirect(ports.get(StaffDirectory).authorize_url(address, state))
    except (Refusal, PortFailure) as refused:
        return _failed(request, refused.text)


@policy("public")
@require_GET
def finish(request: HttpRequest) -> HttpResponse:
    """Take the code once, for the browser that asked for it, and open the session."""
    target = request.session.get(NEXT, "/g/")
    try:
        sessions.open_session(request, _who(request))
    except (Refusal, PortFailure) as refused:
        return _failed(request, refused.text)
    return redirect(target)


@policy("staff")
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    sessions.close_session(request)
    return render(request, "guide/left.html")


def _who(request: HttpRequest) -> Staff:
    """The member of staff behind the code. Refuses a state that is not this session's."""
    kept = request.session.pop(STATE, "") or secrets.token_hex()
    if not constant_time_compare(kept, request.GET.get("state", "")):
        raise InvalidInput("这次登录已失效，请重新进入")
    userid = ports.get(StaffDirectory).identify(request.GET.get("code", ""))
    staff = find_guide_by_wecom(userid)
    if staff is None:
        raise InvalidInput("还没有为您开通账号，请联系管理员")
    return staff


def _guide_path(request: HttpRequest) -> str:
    target = safe_next(request, "/g/")
    return target if target.startswith("/g/") and not target.startswith("/g/login") else "/g/"


def _failed(request: HttpRequest, message: str) -> HttpResponse:
    return render(request, "guide/login_failed.html", {"message": message}, status=403)
