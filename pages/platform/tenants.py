"""The tenants table, a tenant's page, and the form that makes one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import audit, selectors
from core.errors import Refusal
from org.contracts import policy
from pages.platform.forms import TenantForm
from tenants import services


@policy("staff", "platform.tenants")
@require_GET
def tenants(request: HttpRequest) -> HttpResponse:
    context = {"tenants": services.list_tenant_reports()}
    return render(request, "platform/tenants.html", context)


@policy("staff", "platform.tenants", object_kind="tenant")
@require_GET
def tenant(request: HttpRequest, slug: str) -> HttpResponse:
    context = {
        "tenant": services.report_tenant(slug),
        "login": services.staff_url(slug),
        "demo": services.find_demo(slug),
    }
    return render(request, "platform/tenant.html", context)


@policy("staff", "platform.provision")
@require_http_methods(["GET", "POST"])
def tenant_new(request: HttpRequest) -> HttpResponse:
    form = TenantForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            task = services.order_tenant(**form.cleaned_data)
        except Refusal as refused:
            form.refuse(refused)
        else:
            return redirect(f"/tasks/{task.public_id}")
    return render(request, "platform/tenant_form.html", {"form": form})


@policy("staff", "platform.suspend", object_kind="tenant")
@require_POST
def suspend(request: HttpRequest, slug: str) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:200]
    if not reason:
        messages.error(request, "请写明停用原因")
        return redirect(f"/tenants/{slug}")
    services.suspend_tenant(slug=slug, reason=reason)
    audit.record("tenants.tenant.suspended", after={"slug": slug}, reason=reason)
    return redirect(f"/tenants/{slug}")


@policy("staff", "platform.suspend", object_kind="tenant")
@require_POST
def resume(request: HttpRequest, slug: str) -> HttpResponse:
    services.resume_tenant(slug=slug)
    audit.record("tenants.tenant.resumed", after={"slug": slug})
    return redirect(f"/tenants/{slug}")


@policy("staff", "platform.jobs")
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    context = {"tenants": services.list_tenant_reports(), "lanes": selectors.list_lanes()}
    return render(request, "platform/jobs.html", context)
