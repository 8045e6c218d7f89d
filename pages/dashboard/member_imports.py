"""导入会员: another platform's customer file looked at, rehearsed, then brought in by a worker."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Refusal
from mall import services
from mall.selectors.imports import (
    get_member_import,
    list_import_problems,
    list_member_imports,
    look_at_customers,
)
from org.contracts import policy
from pages.dashboard.forms import BootstrapForm
from pages.exports import csv_response
from pages.http import page_of
from pages.uploads import keep_upload, upload_path


class CustomersForm(BootstrapForm):
    file = forms.FileField(label="客户文件", help_text="有赞「客户列表」导出的 CSV 或 XLSX")


@policy("staff", "members.import")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    form = CustomersForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(f"/members/import/{keep_upload(form.cleaned_data['file'])}")
        except Refusal as refused:
            form.refuse(refused)
    context = {"form": form, "page": page_of(request, list_member_imports())}
    return render(request, "dashboard/members/import.html", context)


@policy("staff", "members.import", object_kind="upload")
@require_GET
def look(request: HttpRequest, token: str) -> HttpResponse:
    """The first customers as the import would take them, and what is wrong with the rest."""
    path = upload_path(token)
    context: dict[str, Any] = {"token": token, "name": path.name}
    try:
        context["seen"] = look_at_customers(path)
    except Refusal as refused:
        context["refusal"] = refused.text
    return render(request, "dashboard/members/import_look.html", context)


@policy("staff", "members.import", object_kind="upload")
@require_POST
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Hand the file to a worker; a dry run counts everything and writes nobody."""
    path = upload_path(token)
    try:
        task = services.start_member_import(path=path, dry_run="dry_run" in request.POST)
    except Refusal as refused:
        messages.error(request, refused.text)
        return redirect(f"/members/import/{token}")
    return redirect(f"/tasks/{task.public_id}")


@policy("staff", "members.import", object_kind="task")
@require_GET
def problems_csv(request: HttpRequest, task_id: str) -> HttpResponse:
    problems = list_import_problems(get_member_import(task_id))
    rows = ((row["row"], row["code"], row["message"], row.get("raw", "")) for row in problems)
    return csv_response("member-problems", ("行", "代码", "问题", "原文"), rows)
