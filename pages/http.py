"""What our views share: who is asking, a page of rows, a safe way back."""

from typing import Any, cast
from urllib.parse import urlsplit

from django.core.paginator import Page, Paginator
from django.http import HttpRequest

from org.models import Staff

PAGE_SIZE = 20


def staff_of(request: HttpRequest) -> Staff:
    """The member of staff the access middleware let in."""
    return cast(Staff, cast(Any, request).staff)


def real_staff_of(request: HttpRequest) -> Staff:
    """Who is really at the keyboard while another's eyes are borrowed."""
    return cast(Staff, cast(Any, request).real_staff)


def page_of(request: HttpRequest, rows: Any, size: int = PAGE_SIZE) -> Page[Any]:
    return Paginator(rows, size).get_page(request.GET.get("page"))


def safe_next(request: HttpRequest, fallback: str) -> str:
    """A path of this site to go back to: never a host, a scheme or a backslash."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    parts = urlsplit(target)
    plain = not parts.scheme and not parts.netloc and "\\" not in target
    if plain and target.startswith("/") and not target.startswith("//"):
        return target
    return fallback
