"""Prometheus figures of this process at `/metricz`."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

REQUESTS = Counter("siyu_requests", "Requests answered", ["method", "status"])
SECONDS = Histogram("siyu_request_seconds", "Seconds to answer a request", ["surface"])


class MetricsMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/metricz":
            return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
        started = time.monotonic()
        response = self.get_response(request)
        surface = str(getattr(request, "urlconf", "none")).rpartition(".")[2]
        SECONDS.labels(surface).observe(time.monotonic() - started)
        REQUESTS.labels(request.method, str(response.status_code)).inc()
        return response
