"""Demonstration merchants: one with a year behind it ordered, one wiped."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Refusal
from org.contracts import policy
from tenants import services

YEAR_SLUG, YEAR_NAME = "harvest", "禾屿集团"


@policy("staff", "platform.provision")
@require_http_methods(["GET", "POST"])
def year(request: HttpRequest) -> HttpResponse:
    """What the demo year is; ordering it makes a merchant of its own."""
    if request.method == "POST":
        try:
            task = services.order_demo_year(slug=YEAR_SLUG, name=YEAR_NAME)
        except Refusal as refused:
            messages.error(request, refused.text)
            return redirect("/demo/year")
        return redirect(f"/tasks/{task.public_id}")
    context = {"demo": services.find_demo(YEAR_SLUG), "slug": YEAR_SLUG, "name": YEAR_NAME}
    return render(request, "platform/demo_year.html", context)


@policy("staff", "platform.archive", object_kind="tenant")
@require_POST
def wipe(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        task = services.order_wipe(slug=slug)
    except Refusal as refused:
        if refused.status == 404:
            raise
        messages.error(request, refused.text)
        return redirect(f"/tenants/{slug}")
    return redirect(f"/tasks/{task.public_id}")
