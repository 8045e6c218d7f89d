"""One slot on one day: what became of it at every guide, and what can still be done."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from community import selectors, services
from community.models import SlotRun
from core.clock import SHANGHAI
from core.errors import NotFound, Refusal
from org.contracts import policy
from org.models import Staff
from org.selectors import scope_path
from outreach.selectors import find_plan, plan_result
from pages.dashboard.card_forms import ReasonForm
from pages.exports import csv_response
from pages.http import page_of, staff_of


def _run(actor: Staff, calendar_id: str, run_id: str) -> SlotRun:
    calendar = selectors.get_calendar_for(actor, calendar_id)
    return selectors.get_run(calendar, run_id)


@policy("staff", "sop.view", object_kind="run")
@require_GET
def run(request: HttpRequest, calendar_id: str, run_id: str) -> HttpResponse:
    actor = staff_of(request)
    found = _run(actor, calendar_id, run_id)
    plan = find_plan(
        source=f"sop:{calendar_id}",
        step=found.slot_key,
        version=found.slot.version.number,
        occurrence=found.day.isoformat(),
    )
    path = scope_path(actor)
    context = {
        "calendar": found.calendar,
        "run": found,
        "slot": found.slot,
        "plan": plan,
        "outcome": selectors.outcome_of(found.plan_id, found.due_at) if plan else None,
        "result": plan_result(plan, path=path) if plan else None,
        "page": page_of(request, selectors.list_deliveries(found.plan_id, path=path), 50),
    }
    return render(request, "dashboard/sop/run.html", context)


@policy("staff", "sop.edit", object_kind="run")
@require_POST
def run_remind(request: HttpRequest, calendar_id: str, run_id: str) -> HttpResponse:
    found = _run(staff_of(request), calendar_id, run_id)
    try:
        services.remind_run(run=found)
    except NotFound:
        raise
    except Refusal as refused:
        messages.error(request, refused.text)
    else:
        messages.success(request, "已催办还没有确认的导购")
    return redirect(f"/sop/{calendar_id}/runs/{run_id}")


@policy("staff", "sop.edit", object_kind="run")
@require_http_methods(["GET", "POST"])
def run_cancel(request: HttpRequest, calendar_id: str, run_id: str) -> HttpResponse:
    found = _run(staff_of(request), calendar_id, run_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.cancel_run(run=found, reason=form.cleaned_data["reason"])
        except NotFound:
            raise
        except Refusal as refused:
            messages.error(request, refused.text)
        else:
            messages.success(request, "已取消，还没有确认的不再发送")
        return redirect(f"/sop/{calendar_id}/runs/{run_id}")
    context = {"calendar": found.calendar, "run": found, "form": form}
    return render(request, "dashboard/sop/run_cancel.html", context)


@policy("staff", "sop.view", object_kind="run")
@require_GET
def run_csv(request: HttpRequest, calendar_id: str, run_id: str) -> HttpResponse:
    actor = staff_of(request)
    found = _run(actor, calendar_id, run_id)
    header = ("群", "群主", "门店", "状态", "原因", "发出时间")
    rows = (
        (
            one.group,
            one.guide,
            one.unit,
            one.state_text,
            one.reason,
            f"{one.sent_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if one.sent_at else "",
        )
        for one in selectors.list_deliveries(found.plan_id, path=scope_path(actor), limit=100_000)
    )
    return csv_response("slot-run", header, rows)
