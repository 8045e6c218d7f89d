"""触达: everything that was planned to be said, what became of it, and why not."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from community import selectors as groups
from core.errors import NotFound
from members.selectors import get_member_for, search_members
from org.contracts import policy
from org.models import Staff
from org.selectors import scope_path
from outreach import selectors, services
from pages.dashboard.group_forms import WhyForm
from pages.http import page_of, staff_of

FOUND = 10


@policy("staff", "touches.view")
@require_GET
def touches(request: HttpRequest) -> HttpResponse:
    actor = staff_of(request)
    context = {
        "page": page_of(request, selectors.list_plans_for(actor)),
        "parked": groups.list_parked_for(actor).count(),
    }
    return render(request, "dashboard/touches/list.html", context)


@policy("staff", "touches.view", object_kind="plan")
@require_GET
def touch_plan(request: HttpRequest, plan_id: str) -> HttpResponse:
    actor = staff_of(request)
    plan = selectors.get_plan_for(actor, plan_id)
    path = scope_path(actor)
    context = {
        "plan": plan,
        "result": selectors.plan_result(plan, path=path),
        "page": page_of(request, groups.list_deliveries(plan.public_id, path=path), 50),
    }
    return render(request, "dashboard/touches/plan.html", context)


@policy("staff", "touches.view")
@require_GET
def why(request: HttpRequest) -> HttpResponse:
    """Why somebody or some group did not get something: found by name, answered by reason."""
    actor = staff_of(request)
    form = WhyForm(request.GET or None)
    text = form.cleaned_data["q"].strip() if form.is_valid() else ""
    context: dict[str, Any] = {"form": form, "text": text}
    if text:
        context["members"] = search_members(actor, text)[:FOUND]
        context["groups"] = groups.search_groups(actor, text=text)[:FOUND]
    context |= _answer(actor, request.GET.get("member", ""), request.GET.get("group", ""))
    return render(request, "dashboard/touches/why.html", context)


def _answer(actor: Staff, member_id: str, group_id: str) -> dict[str, Any]:
    if member_id:
        member = get_member_for(actor, member_id)
        return {"subject": member, "decisions": selectors.why_not(member=member)}
    if group_id:
        group = groups.get_group_for(actor, group_id)
        return {"subject": group, "decisions": selectors.why_not(recipient=group.chat_id)}
    return {}


@policy("staff", "touches.decide")
@require_GET
def parked(request: HttpRequest) -> HttpResponse:
    page = page_of(request, groups.list_parked_for(staff_of(request)))
    context = {"page": page, "rows": groups.describe(page)}
    return render(request, "dashboard/touches/parked.html", context)


@policy("staff", "touches.decide", object_kind="chunk")
@require_http_methods(["POST"])
def parked_decide(request: HttpRequest, mark: str) -> HttpResponse:
    """A person says what nobody could find out: `sent`, `again` or `drop`."""
    if not groups.list_parked_for(staff_of(request)).filter(mark=mark).exists():
        raise NotFound
    choice = request.POST.get("choice", "")
    if choice == "sent":
        services.adopt_submission(mark=mark, msgid=request.POST.get("msgid", ""))
        messages.success(request, "已按「发出了」处理，继续等导购确认")
    elif choice == "again":
        services.send_chunk_again(mark=mark)
        messages.success(request, "会再提交一次")
    elif choice == "drop":
        services.give_up_chunk(mark=mark)
        messages.success(request, "不再发送，已记为由人决定")
    return redirect("/touches/parked")
