"""A content policy as the second line behind autoescaping."""

import secrets
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


class SecurityHeadersMiddleware:
    """Scripts come from us or carry the request's nonce; customers also load the JS-SDK."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        nonce = secrets.token_urlsafe(16)
        request.csp_nonce = nonce  # type: ignore[attr-defined]
        response = self.get_response(request)
        sdk, media = _origin(settings.WECHAT_JSSDK_URL), _origin(settings.MEDIA_BASE)
        response.headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'self'; script-src 'self' 'nonce-{nonce}' {sdk}; "
            f"style-src 'self' 'unsafe-inline'; img-src 'self' data: https: {sdk}; "
            f"connect-src 'self' {sdk} {_origin(settings.LIVE_BASE)} {media}; "
            f"media-src 'self' blob: {media}; frame-src {sdk}; object-src 'none'; "
            f"base-uri 'none'; form-action 'self' {_origin(settings.WECHAT_OPEN_BASE)}; "
            f"frame-ancestors 'self'",
        )
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response
