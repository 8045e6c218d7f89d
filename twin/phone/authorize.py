"""The OAuth page of open.weixin.qq.com, for corps (appid ww…) and 公众号 (wx…)."""

import re
import secrets
from dataclasses import dataclass
from fnmatch import fnmatch
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import Twin, twin_of
from twin.mp.accounts import find_mp
from twin.mp.sns import remember_consent
from twin.phone.html import face, form_button, h, page
from twin.phone.session import Holder, holder_of, read_form
from twin.store import load

STATE = re.compile(r"[A-Za-z0-9]{0,128}")
FIVE_MINUTES = 300
ASKS = ("snsapi_userinfo", "snsapi_privateinfo")


class Rejected(Exception):
    """The page shows this sentence instead of redirecting."""


@dataclass(frozen=True)
class Wish:
    """A checked authorisation request."""

    appid: str
    name: str
    redirect_uri: str
    scope: str
    state: str
    is_corp: bool


async def authorize(request: Request) -> Response:
    """Silent for base scope, a sheet to allow or refuse for the others."""
    twin = twin_of(request)
    try:
        wish = read_wish(twin, dict(request.query_params))
    except Rejected as rejected:
        return page("无法打开", f"<p class='empty'>{h(rejected)}</p>", status=400)
    holder = holder_of(request)
    if holder is None:
        back = f"{request.url.path}?{request.url.query}"
        return RedirectResponse(f"/phone/who?next={quote(back, safe='')}", 303)
    if wish.scope in ASKS:
        return _sheet(wish, holder, request.url.query)
    return grant(twin, wish, holder)


async def decide(request: Request) -> Response:
    """允许 gives a code; 拒绝 returns with the state alone."""
    twin, form, holder = twin_of(request), await read_form(request), holder_of(request)
    try:
        wish = read_wish(twin, dict(request.query_params))
    except Rejected as rejected:
        return page("无法打开", f"<p class='empty'>{h(rejected)}</p>", status=400)
    if holder is None or form.get("decision") != "allow":
        return RedirectResponse(with_query(wish.redirect_uri, state=wish.state), 302)
    return grant(twin, wish, holder)


def read_wish(twin: Twin, query: dict[str, str]) -> Wish:
    """Check appid, scope, state and the redirect host. Raises Rejected."""
    appid, scope = query.get("appid", ""), query.get("scope", "")
    state, redirect_uri = query.get("state", ""), query.get("redirect_uri", "")
    corp = twin.store.row("SELECT * FROM corp WHERE corp_id = ?", (appid,))
    mp = find_mp(twin, appid)
    account = corp or mp
    if account is None:
        raise Rejected("appid 参数错误,错误码:40013")
    if query.get("response_type") != "code":
        raise Rejected("response_type 参数错误,错误码:10004")
    if scope not in ("snsapi_base", "snsapi_privateinfo" if corp else "snsapi_userinfo"):
        raise Rejected("scope 参数错误或没有 scope 权限,错误码:10005")
    if scope == "snsapi_privateinfo" and query.get("agentid") != str(account["agent_id"]):
        raise Rejected("agentid 参数错误,错误码:40056")
    if not STATE.fullmatch(state):
        raise Rejected("state 参数错误,错误码:84025")
    domains = load(account["trusted_domains" if corp else "oauth_domains"])
    if not _is_trusted(redirect_uri, domains):
        code = 50001 if corp else 10003
        raise Rejected(f"redirect_uri 域名与后台配置不一致,错误码:{code}")
    return Wish(appid, str(account["name"]), redirect_uri, scope, state, corp is not None)


def _is_trusted(redirect_uri: str, domains: list[str]) -> bool:
    parts = urlsplit(redirect_uri)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    return any(fnmatch(parts.netloc, d) or fnmatch(parts.hostname, d) for d in domains)


def _sheet(wish: Wish, holder: Holder, query: str) -> Response:
    action = f"/connect/oauth2/authorize?{query}"
    ask = "获取你的头像、昵称" if not wish.is_corp else "获取你的手机号、头像等敏感信息"
    body = (
        f"<div class='empty'>正在打开 {h(wish.name)}</div><div class='sheet'><div>"
        f"<div class='row middle'>{face(wish.name)}<span>{h(wish.name)} 申请</span></div>"
        f"<b>{ask}</b>"
        f"<div class='row middle'>{face(holder.name, 'me')}<span>{h(holder.name)}</span></div>"
        f"{form_button(action, '允许', decision='allow')}"
        f"{form_button(action, '拒绝', 'plain', decision='refuse')}</div></div>"
    )
    return page("授权", body)


def grant(twin: Twin, wish: Wish, holder: Holder) -> Response:
    """A new code for whoever holds the phone, carried back to the product."""
    identity = holder.person
    if wish.is_corp and holder.corp_id == wish.appid:
        identity = f"member:{holder.userid}"
    code = secrets.token_urlsafe(24)
    with twin.store.transaction():
        if wish.scope == "snsapi_userinfo":
            remember_consent(twin, wish.appid, holder.person)
        twin.store.insert(
            "oauth_code",
            code=code,
            owner=wish.appid,
            identity=identity,
            scope=wish.scope,
            expires_at=twin.clock.real() + FIVE_MINUTES,
        )
    return RedirectResponse(with_query(wish.redirect_uri, code=code, state=wish.state), 302)


def with_query(url: str, **values: str) -> str:
    """The address with these added before its fragment; empty ones are left out."""
    parts = urlsplit(url)
    added = urlencode({name: value for name, value in values.items() if value})
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, added)))))


routes: list[BaseRoute] = [
    Route("/connect/oauth2/authorize", authorize, methods=["GET"]),
    Route("/connect/oauth2/authorize", decide, methods=["POST"]),
]
