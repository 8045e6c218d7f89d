"""One JSON line a request, and the request id that everything it causes carries."""

import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from core.context import acting_as
from core.ids import random_text

log = structlog.get_logger("siyu.request")

_SANE = re.compile(r"[0-9A-Za-z\-]{8,40}")


class RequestLogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        request_id = given if _SANE.fullmatch(given) else random_text(80)
        started = time.monotonic()
        ip = request.META.get("REMOTE_ADDR", "")
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            with acting_as(request_id=request_id, ip=ip):
                response = self.get_response(request)
        finally:
            structlog.contextvars.clear_contextvars()
        response["X-Request-Id"] = request_id
        log.info(
            "request",
            request_id=request_id,
            tenant=getattr(getattr(request, "tenant", None), "slug", ""),
            method=request.method,
            path=request.path,
            status=response.status_code,
            ms=round((time.monotonic() - started) * 1000, 1),
        )
        return response
