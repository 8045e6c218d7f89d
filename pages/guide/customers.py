"""客户: the guide's own, a sheet for each, and notes on what was said."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core import clock
from core.ids import random_text
from distribution.selectors import CHIPS, find_live_binding, list_customers_of
from mall.selectors import list_orders_of_member
from members.selectors import get_member_for, list_contacts_of, list_tags_of, list_timeline
from members.services import note
from org.contracts import policy
from org.selectors import find_brand_of
from pages.http import page_of, staff_of

FOLLOW_UP = "follow_up"


@policy("staff", "guide.customers")
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    chip, query = request.GET.get("chip", ""), request.GET.get("q", "").strip()[:40]
    rows = list_customers_of(staff_of(request), chip=chip, query=query)
    context = {
        "tab": "customers",
        "chips": CHIPS.items(),
        "chip": chip,
        "query": query,
        "page": page_of(request, rows),
    }
    return render(request, "guide/customers.html", context)


@policy("staff", "guide.customers", object_kind="member")
@require_GET
def sheet(request: HttpRequest, member_id: str) -> HttpResponse:
    guide = staff_of(request)
    member = get_member_for(guide, member_id)
    brand = find_brand_of(guide.unit) if guide.unit else None
    context = {
        "tab": "customers",
        "member": member,
        "contacts": list_contacts_of(member)[:5],
        "tags": list_tags_of(member)[:20],
        "orders": list_orders_of_member(member.pk, brand.pk)[:5] if brand else (),
        "timeline": list_timeline(member)[:20],
        "binding": find_live_binding(member.pk, brand.pk) if brand else None,
    }
    return render(request, "guide/customer.html", context)


@policy("staff", "guide.customers", object_kind="member")
@require_POST
def note_new(request: HttpRequest, member_id: str) -> HttpResponse:
    member = get_member_for(staff_of(request), member_id)
    text = request.POST.get("text", "").strip()[:180]
    if text:
        words = f"{staff_of(request).name}：{text}"
        ref = f"{FOLLOW_UP}:{random_text(60)}"
        note(member=member, kind=FOLLOW_UP, at=clock.now(), ref=ref, text=words)
        messages.success(request, "已记下")
    return redirect(f"/g/customers/{member.public_id}")
