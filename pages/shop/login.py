"""Logging a customer in through the merchant's 公众号."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from core import ports
from core.errors import PortFailure, Refusal
from distribution.services import claim_visits
from members.contracts import CustomerDirectory, CustomerIdentity, SnapshotLogin
from members.models import Customer
from members.services import log_in_customer
from org.contracts import policy
from pages.http import safe_next
from pages.shop import oauth
from pages.shop.http import find_visitor
from pages.shop.sessions import PRESSED, open_session, visitor_of

HOME = "/me"


@policy("public")
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """To WeChat and back without a tap: only who they are, not what they are called."""
    next_path = safe_next(request, HOME)
    if find_visitor(request) is not None:
        return redirect(next_path)
    return to_wechat(request, next_path=next_path, scope=oauth.BASE)


@policy("public")
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """WeChat has sent the customer back with a code, or without one when they refused."""
    attempt = oauth.take(request, request.GET.get("state", ""))
    if attempt is None:
        return _stale(request)
    code = request.GET.get("code", "")
    if not code:
        request.session.pop(PRESSED, None)
        return failed(request, "您没有同意授权", "同意后才能继续，您也可以稍后再来", attempt.next)
    try:
        customer = _log_in(request, code)
    except (PortFailure, Refusal) as failure:
        return failed(request, "没有登录成功", failure.text, attempt.next)
    open_session(request, customer)
    claim_visits(visitor=visitor_of(request), member=customer.member)
    return redirect(attempt.next)


def to_wechat(request: HttpRequest, *, next_path: str, scope: str) -> HttpResponse:
    try:
        return redirect(oauth.begin(request, next_path=next_path, scope=scope))
    except PortFailure:
        return failed(request, "暂时不能登录", "商家还没有接通微信登录，请稍后再来", next_path)


def failed(request: HttpRequest, title: str, text: str, next_path: str) -> HttpResponse:
    context = {"title": title, "text": text, "url": next_path, "action": "重新进入"}
    return render(request, "shop/message.html", context, status=400)


def _stale(request: HttpRequest) -> HttpResponse:
    """A used way back: whoever is logged in already just goes on; nobody else gets in."""
    if find_visitor(request) is not None:
        return redirect(HOME)
    return failed(request, "登录已过期", "请从原来的链接或卡片重新进入", HOME)


def _log_in(request: HttpRequest, code: str) -> Customer:
    identity: CustomerIdentity = ports.get(CustomerDirectory).identify(code)
    if identity.is_snapshot:
        raise SnapshotLogin
    return log_in_customer(
        appid=identity.appid,
        openid=identity.openid,
        unionid=identity.unionid,
        nickname=identity.nickname,
    )
