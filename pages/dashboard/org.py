"""The org tree, its people and its machines' keys."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Refusal
from core.ids import random_text
from org import selectors, services
from org.contracts import policy
from pages.dashboard.forms import ApiKeyForm, StaffForm, UnitForm, UnitImportForm
from pages.http import page_of, staff_of


@policy("staff", "org.view")
@require_GET
def units(request: HttpRequest) -> HttpResponse:
    rows = selectors.list_units_with_size(staff_of(request))
    return render(request, "dashboard/org/units.html", {"units": rows})


@policy("staff", "org.edit")
@require_http_methods(["GET", "POST"])
def unit_new(request: HttpRequest) -> HttpResponse:
    form = UnitForm(request.POST or None, actor=staff_of(request))
    if request.method == "POST" and form.is_valid() and form.save_or_explain():
        messages.success(request, f"已添加{form.cleaned_data['name']}")
        return redirect("/org/units")
    return render(request, "dashboard/org/unit_form.html", {"form": form})


@policy("staff", "org.edit")
@require_http_methods(["GET", "POST"])
def unit_import(request: HttpRequest) -> HttpResponse:
    form = UnitImportForm(request.POST or None, request.FILES or None)
    result = None
    if request.method == "POST" and form.is_valid():
        result = services.import_units(
            form.cleaned_data["file"].read(), dry_run="preview" in request.POST
        )
    context = {"form": form, "result": result, "is_preview": "preview" in request.POST}
    return render(request, "dashboard/org/unit_import.html", context)


@policy("staff", "org.view")
@require_GET
def staff(request: HttpRequest) -> HttpResponse:
    rows = selectors.list_staff_for(staff_of(request))
    return render(request, "dashboard/org/staff.html", {"page": page_of(request, rows)})


@policy("staff", "staff.edit")
@require_http_methods(["GET", "POST"])
def staff_new(request: HttpRequest) -> HttpResponse:
    form = StaffForm(request.POST or None, actor=staff_of(request))
    if request.method == "POST" and form.is_valid() and form.save_or_explain():
        return render(request, "dashboard/org/staff_made.html", {"form": form})
    return render(request, "dashboard/org/staff_form.html", {"form": form})


@policy("staff", "staff.edit", object_kind="staff")
@require_POST
def staff_active(request: HttpRequest, staff_id: str) -> HttpResponse:
    person = selectors.get_staff_for(staff_of(request), staff_id)
    services.set_staff_active(staff=person, is_active=request.POST.get("active") == "1")
    return redirect("/org/staff")


@policy("staff", "staff.edit", object_kind="staff")
@require_POST
def staff_password(request: HttpRequest, staff_id: str) -> HttpResponse:
    person = selectors.get_staff_for(staff_of(request), staff_id)
    password = random_text(60)
    services.reset_password(staff=person, password=password)
    messages.success(request, f"{person.name}的新密码：{password}，只显示这一次")
    return redirect("/org/staff")


@policy("staff", "api_keys.edit")
@require_http_methods(["GET", "POST"])
def api_keys(request: HttpRequest) -> HttpResponse:
    form = ApiKeyForm(request.POST or None)
    secret = None
    if request.method == "POST" and form.is_valid():
        _, secret = services.create_api_key(**form.cleaned_data)
        form = ApiKeyForm()
    context = {"form": form, "secret": secret, "keys": selectors.list_api_keys()}
    return render(request, "dashboard/org/api_keys.html", context)


@policy("staff", "api_keys.edit", object_kind="api_key")
@require_POST
def api_key_revoke(request: HttpRequest, key_id: str) -> HttpResponse:
    services.revoke_api_key(key=selectors.get_api_key(key_id))
    return redirect("/org/api-keys")


@policy("staff", "connections.view")
@require_GET
def connections(request: HttpRequest) -> HttpResponse:
    return render(request, "dashboard/settings/connections.html", _connections())


@policy("staff", "connections.edit")
@require_POST
def connect(request: HttpRequest, kind: str) -> HttpResponse:
    try:
        checks = services.connect_brand(kind, request.POST.dict())
    except Refusal as refused:
        context = {**_connections(), "failed_kind": kind, "refusal": refused.text}
        return render(request, "dashboard/settings/connections.html", context, status=422)
    good = all(check.ok for check in checks)
    messages.info(request, "连接成功，各项检查都已通过" if good else "已保存，但有检查没有通过")
    return redirect("/settings/connections")


@policy("staff", "connections.edit")
@require_POST
def connection_check(request: HttpRequest, kind: str) -> HttpResponse:
    services.check_brand(kind)
    return redirect("/settings/connections")


def _connections() -> dict[str, object]:
    return {"connections": selectors.describe_connections()}
