"""社群日历: calendars, the day they make, and what a publication will do."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from community import selectors, services
from community.models import SopCalendar, SopSlot
from core.errors import NotFound, Refusal
from org.contracts import policy
from pages.charts import share_chart
from pages.dashboard.card_forms import ReasonForm
from pages.dashboard.day_view import view_day
from pages.dashboard.group_forms import CalendarForm, SlotForm, values_of
from pages.http import page_of, staff_of


@policy("staff", "sop.view")
@require_GET
def calendars(request: HttpRequest) -> HttpResponse:
    page = page_of(request, selectors.list_calendars_for(staff_of(request)))
    return render(request, "dashboard/sop/list.html", {"page": page})


@policy("staff", "sop.edit")
@require_http_methods(["GET", "POST"])
def calendar_new(request: HttpRequest) -> HttpResponse:
    initial = {"template": "community_day", "name": "福利群的一天"}
    form = CalendarForm(request.POST or None, actor=staff_of(request), initial=initial)
    if request.method == "POST" and form.is_valid() and form.save_or_explain() and form.calendar:
        messages.success(request, "草稿已建好，改到满意再发布；发布之前什么都不会发出去")
        return redirect(f"/sop/{form.calendar.public_id}")
    return render(request, "dashboard/sop/new.html", {"form": form})


@policy("staff", "sop.view", object_kind="calendar")
@require_GET
def calendar(request: HttpRequest, calendar_id: str) -> HttpResponse:
    found = selectors.get_calendar_for(staff_of(request), calendar_id)
    version = selectors.shown_version(found)
    slots, limits = selectors.list_slots(version), selectors.current_limits()
    view = view_day(slots, limits)
    context = {
        "calendar": found,
        "version": version,
        "slots": slots,
        "view": view,
        "findings": selectors.lint(slots, limits),
        "reach": selectors.reach_of(found),
        "chart": share_chart("占比", [(share.name, share.ppm) for share in view.shares]),
        "page": page_of(request, selectors.list_runs(found)),
    }
    return render(request, "dashboard/sop/calendar.html", context)


@policy("staff", "sop.edit", object_kind="calendar")
@require_http_methods(["GET", "POST"])
def slot_new(request: HttpRequest, calendar_id: str) -> HttpResponse:
    found = selectors.get_calendar_for(staff_of(request), calendar_id)
    initial = {"minute": 600, "weekdays": list(range(7)), "deadline_minutes": 120}
    return _slot_form(request, found, None, initial)


@policy("staff", "sop.edit", object_kind="calendar")
@require_http_methods(["GET", "POST"])
def slot(request: HttpRequest, calendar_id: str, key: str) -> HttpResponse:
    found = selectors.get_calendar_for(staff_of(request), calendar_id)
    shown = _slot(found, key)
    return _slot_form(request, found, shown, values_of(shown))


@policy("staff", "sop.edit", object_kind="calendar")
@require_POST
def slot_move(request: HttpRequest, calendar_id: str, key: str) -> HttpResponse:
    found = selectors.get_calendar_for(staff_of(request), calendar_id)
    minute = request.POST.get("minute", "")
    try:
        services.move_slot(calendar=found, key=key, minute=int(minute) if minute.isdigit() else -1)
    except Refusal as refused:
        if refused.status == NotFound.status:
            raise
        messages.error(request, refused.text)
    return redirect(f"/sop/{calendar_id}")


@policy("staff", "sop.edit", object_kind="calendar")
@require_POST
def slot_remove(request: HttpRequest, calendar_id: str, key: str) -> HttpResponse:
    found = selectors.get_calendar_for(staff_of(request), calendar_id)
    services.remove_slot(calendar=found, key=key)
    messages.success(request, "时段已从草稿里删去")
    return redirect(f"/sop/{calendar_id}")


@policy("staff", "sop.publish", object_kind="calendar")
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, calendar_id: str) -> HttpResponse:
    found = selectors.get_calendar_for(staff_of(request), calendar_id)
    context: dict[str, Any] = {}
    if request.method == "POST":
        try:
            services.publish_calendar(calendar=found)
        except Refusal as refused:
            context["refusal"] = refused.text
        else:
            messages.success(request, "已发布，30 分钟后的时段按新版本执行")
            return redirect(f"/sop/{calendar_id}")
    draft, limits = selectors.find_draft(found), selectors.current_limits()
    slots = selectors.list_slots(draft)
    context |= {
        "calendar": found,
        "draft": draft,
        "view": view_day(slots, limits),
        "findings": selectors.lint(slots, limits),
        "reach": selectors.reach_of(found),
        "limits": limits,
    }
    return render(request, "dashboard/sop/publish.html", context)


@policy("staff", "sop.edit", object_kind="calendar")
@require_POST
def discard(request: HttpRequest, calendar_id: str) -> HttpResponse:
    found = selectors.get_calendar_for(staff_of(request), calendar_id)
    services.discard_draft(calendar=found)
    messages.success(request, "改动已放弃，执行的仍是发布过的版本")
    return redirect(f"/sop/{calendar_id}")


@policy("staff", "sop.publish", object_kind="calendar")
@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, calendar_id: str) -> HttpResponse:
    found = selectors.get_calendar_for(staff_of(request), calendar_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.stop_calendar(calendar=found, reason=form.cleaned_data["reason"])
        messages.success(request, "已停用，之后的时段不再执行")
        return redirect(f"/sop/{calendar_id}")
    context = {"calendar": found, "form": form, "reach": selectors.reach_of(found)}
    return render(request, "dashboard/sop/stop.html", context)


def _slot(calendar: SopCalendar, key: str) -> SopSlot:
    for found in selectors.list_slots(selectors.shown_version(calendar)):
        if found.key == key:
            return found
    raise NotFound("没有找到这个时段")


def _slot_form(
    request: HttpRequest, calendar: SopCalendar, slot: SopSlot | None, initial: dict[str, Any]
) -> HttpResponse:
    form = SlotForm(request.POST or None, calendar=calendar, slot=slot, initial=initial)
    if request.method == "POST" and form.is_valid() and form.save_or_explain():
        messages.success(request, "已记进草稿，发布后生效")
        return redirect(f"/sop/{calendar.public_id}")
    context = {"calendar": calendar, "slot": slot, "form": form}
    return render(request, "dashboard/sop/slot.html", context)
