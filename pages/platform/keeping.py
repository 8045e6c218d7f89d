"""What is kept of a merchant: its archive, its address, what it uses, what stopped in it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core.errors import Refusal
from org.contracts import policy
from tenants import services


@policy("staff", "platform.archive", object_kind="tenant")
@require_POST
def archive(request: HttpRequest, slug: str) -> HttpResponse:
    if request.POST.get("confirm", "").strip() != slug:
        messages.error(request, "请照样填写商家标识，确认要归档的是它")
        return redirect(f"/tenants/{slug}")
    return _ordered(request, slug, services.order_archive)


@policy("staff", "platform.archive", object_kind="tenant")
@require_POST
def restore(request: HttpRequest, slug: str) -> HttpResponse:
    return _ordered(request, slug, services.order_restore)


@policy("staff", "platform.provision", object_kind="tenant")
@require_POST
def move(request: HttpRequest, slug: str) -> HttpResponse:
    surface, host = request.POST.get("surface", ""), request.POST.get("host", "")
    try:
        services.move_host(slug=slug, surface=surface, host=host)
    except Refusal as refused:
        if refused.status == 404:
            raise
        messages.error(request, refused.text)
    else:
        messages.success(request, "新站点名已启用，旧的会转过来")
    return redirect(f"/tenants/{slug}")


@policy("staff", "platform.tenants")
@require_GET
def usage(request: HttpRequest) -> HttpResponse:
    return render(request, "platform/usage.html", {"rows": services.list_usage()})


@policy("staff", "platform.jobs")
@require_GET
def letters(request: HttpRequest) -> HttpResponse:
    return render(request, "platform/letters.html", {"letters": services.list_dead_letters()})


@policy("staff", "platform.jobs", object_kind="tenant")
@require_POST
def letter_retry(request: HttpRequest, slug: str, job_id: int) -> HttpResponse:
    services.retry_dead_letter(
        slug=slug, job_id=job_id, reason=request.POST.get("reason", "")[:200]
    )
    messages.success(request, "已放回队列")
    return redirect("/jobs/dead")


def _ordered(request: HttpRequest, slug: str, order: services.Order) -> HttpResponse:
    try:
        task = order(slug=slug)
    except Refusal as refused:
        if refused.status == 404:
            raise
        messages.error(request, refused.text)
        return redirect(f"/tenants/{slug}")
    return redirect(f"/tasks/{task.public_id}")
