"""Default deny: a view runs only when its declared policy lets this actor in."""

from collections.abc import Callable
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from core.errors import Refusal
from org.contracts import Policy
from org.selectors import is_allowed
from pages.errors import refused_template

OPEN = ("public", "machine")
"""Audiences whose views look for themselves: nothing to prove, or proved by a signature."""


class RouteUndeclared(RuntimeError):
    """A route without a policy or for nobody we know: the build finds it first."""


def policy_of(view: Any) -> Policy | None:
    found = getattr(view, "siyu_policy", None)
    found = found or getattr(getattr(view, "view_class", None), "siyu_policy", None)
    return found if isinstance(found, Policy) else None


class AccessMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        policy = policy_of(view)
        if policy is None:
            raise RouteUndeclared(request.path)
        if policy.audience != "machine" and _holds_nul(request, kwargs):
            return refuse(request, 400, "text_invalid", "地址或内容里有不能识别的字符")
        if policy.audience == "staff":
            return self._staff(request, policy)
        if policy.audience == "customer":
            return self._customer(request)
        if policy.audience == "api":
            return refuse(request, 401, "api_key_needed", "开放接口还没有开放")
        if policy.audience not in OPEN:
            raise RouteUndeclared(f"{request.path}: {policy.audience}")
        return None

    def _customer(self, request: Any) -> HttpResponse | None:
        """A page leads to the login and back to itself; a fragment makes its page do so."""
        if request.customer is not None:
            return None
        if request.headers.get("HX-Request"):
            return HttpResponse(status=401, headers={"HX-Refresh": "true"})
        if request.method in ("GET", "HEAD"):
            return redirect(f"/login?{urlencode({'next': request.get_full_path()})}")
        return refuse(request, 401, "login_needed", "登录已过期，请返回上一页重新进入")

    def _staff(self, request: Any, policy: Policy) -> HttpResponse | None:
        if request.staff is None:
            if request.headers.get("HX-Request"):
                return HttpResponse(status=401, headers={"HX-Refresh": "true"})
            if request.path.startswith("/g/"):
                return redirect(f"/g/login?next={request.path}")
            return redirect(f"/login?next={request.path}")
        if policy.capability and not is_allowed(request.staff, policy.capability):
            return refuse(request, 403, "capability_missing", "您的角色没有这项权限，请联系管理员")
        is_looking = request.staff.pk != request.real_staff.pk
        if is_looking and policy.capability and request.method not in ("GET", "HEAD"):
            return refuse(request, 403, "view_as_read_only", "以他人身份查看时不能修改")
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refusal):
            return None
        return refuse(request, error.status, error.code, error.text)


def _holds_nul(request: HttpRequest, kwargs: dict[str, Any]) -> bool:
    """PostgreSQL holds no NUL, and no view expects one. A machine's body stays unread."""
    pairs = chain(request.GET.lists(), request.POST.lists())
    fields = (text for name, values in pairs for text in (name, *values))
    return any("\x00" in str(text) for text in chain(kwargs.values(), fields))


def refuse(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    """A refusal as JSON for a machine, as a page in plain Chinese for a person."""
    if "application/json" in request.headers.get("Accept", "") or request.path.startswith("/api/"):
        return JsonResponse({"code": code, "message": message}, status=status)
    context = {"code": code, "message": message, "status": status}
    return render(request, refused_template(request), context, status=status)
