"""社群: groups, who is in them and speaks there, and what they were sent."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from analytics.selectors import find_latest
from community import selectors, services
from community.contracts import GROUP_TYPE_NAMES
from community.models import CustomerGroup
from core.errors import Refusal
from org.contracts import policy
from pages.charts import count_chart
from pages.dashboard.group_forms import GroupSearchForm, GroupTypeForm, SpeechForm
from pages.http import page_of, staff_of
from pages.uploads import drop_upload, keep_upload, upload_path


@policy("staff", "groups.view")
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    form = GroupSearchForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    rows = selectors.search_groups(
        staff_of(request), text=wanted.get("q", ""), group_type=wanted.get("group_type", "")
    )
    page = page_of(request, rows)
    keys = [str(found.pk) for found in page]
    active = find_latest("group_active_rate_w", dimension="group", keys=keys)
    runs = selectors.last_runs(page.object_list)
    context = {
        "form": form,
        "page": page,
        "rows": [(one, active.get(str(one.pk)), runs.get(one.pk)) for one in page],
    }
    return render(request, "dashboard/groups/list.html", context)


@policy("staff", "groups.view", object_kind="group")
@require_GET
def group(request: HttpRequest, group_id: str) -> HttpResponse:
    found = selectors.get_group_for(staff_of(request), group_id)
    activity = selectors.list_activity(found)
    key = str(found.pk)
    context = {
        "group": found,
        "page": page_of(request, selectors.list_present(found), 50),
        "left": selectors.count_left(found),
        "activity": list(reversed(activity)),
        "is_told": any(day.speakers is not None for day in activity),
        "chart": count_chart(
            "发言的顾客", [(day.day, day.speakers) for day in activity], kind="bar"
        ),
        "week": find_latest("group_active_rate_w", dimension="group", keys=[key]).get(key),
        "runs": selectors.list_runs_of(found),
        "form": GroupTypeForm(initial={"group_type": found.group_type}),
    }
    return render(request, "dashboard/groups/detail.html", context)


@policy("staff", "groups.edit", object_kind="group")
@require_POST
def group_type(request: HttpRequest, group_id: str) -> HttpResponse:
    found: CustomerGroup = selectors.get_group_for(staff_of(request), group_id)
    form = GroupTypeForm(request.POST)
    if form.is_valid():
        kind = form.cleaned_data["group_type"]
        services.set_group_type(group=found, group_type=kind)
        names = {known.value: name for known, name in GROUP_TYPE_NAMES.items()}
        messages.success(request, f"已定为{names[kind]}" if kind else "这个群不再收到日历的内容")
    return redirect(f"/groups/{group_id}")


@policy("staff", "groups.edit")
@require_http_methods(["GET", "POST"])
def speech(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {"form": SpeechForm()}
    try:
        if "token" in request.POST:
            return _keep_speech(request)
        if request.method == "POST":
            context |= _preview_speech(request)
    except Refusal as refused:
        context["refusal"] = refused.text
    return render(request, "dashboard/groups/speech.html", context)


def _preview_speech(request: HttpRequest) -> dict[str, Any]:
    form = SpeechForm(request.POST, request.FILES)
    if not form.is_valid():
        return {"form": form}
    token = keep_upload(form.cleaned_data["file"])
    content = upload_path(token).read_bytes()
    actor = staff_of(request)
    report = services.import_group_speech(content, actor=actor, dry_run=True)
    return {"report": report, "token": token}


def _keep_speech(request: HttpRequest) -> HttpResponse:
    token = request.POST["token"]
    content = upload_path(token).read_bytes()
    report = services.import_group_speech(content, actor=staff_of(request))
    drop_upload(token)
    messages.success(request, f"已导入 {report.rows:,} 行发言，涉及 {report.groups} 个群")
    return redirect("/groups")
