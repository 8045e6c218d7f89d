"""Answers to requests that never reached a view."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def refused_template(request: HttpRequest) -> str:
    """Customers get a page in their own look, without our codes."""
    is_customers = getattr(request, "urlconf", "") == "siyu.urls.customer"
    return "shop/refused.html" if is_customers else "components/refused.html"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    context = {"code": "csrf_failed", "message": "页面已过期，请刷新后重试", "status": 403}
    return render(request, refused_template(request), context, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    context = {"code": "not_found", "message": "没有找到这个页面", "status": 404}
    return render(request, refused_template(request), context, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    context = {"code": "server_error", "message": "系统出了点问题，请稍后再试", "status": 500}
    return render(request, refused_template(request), context, status=500)
