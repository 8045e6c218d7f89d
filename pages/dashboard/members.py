"""会员: who they are, what happened, what they bought, whose friends they are."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from mall.selectors import desk, list_entitlements_of
from members import selectors
from members.models import Member
from org.contracts import policy
from org.models import Staff
from pages.dashboard.member_forms import OwnerForm, TagForm
from pages.http import page_of, staff_of

TABS = {
    "timeline": "经过",
    "orders": "订单",
    "contacts": "好友关系",
    "entitlements": "福利",
    "identities": "身份",
}
IDENTITY_WORDS = {
    "unionid": "微信（开放平台）",
    "external": "企业微信外部联系人",
    "tmall": "天猫账号",
    "jd": "京东账号",
    "youzan": "有赞买家（昵称和手机）",
    "youzan_customer": "有赞客户",
}


@policy("staff", "members.view")
@require_GET
def members(request: HttpRequest) -> HttpResponse:
    actor, text = staff_of(request), request.GET.get("q", "").strip()
    rows = selectors.search_members(actor, text, ids=desk.find_buyers_of(actor, text))
    context = {"page": page_of(request, rows), "q": text}
    return render(request, "dashboard/members/list.html", context)


@policy("staff", "members.view", object_kind="member")
@require_GET
def member(request: HttpRequest, member_id: str) -> HttpResponse:
    actor = staff_of(request)
    found = selectors.get_member_for(actor, member_id)
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else "timeline"
    context = {
        "member": found,
        "tab": tab,
        "tabs": TABS,
        "bought": desk.sum_bought(actor, found.pk),
        "tags": selectors.list_tags_of(found),
        "contact": selectors.find_live_contact(found),
        "page": page_of(request, _rows(actor, found, tab)),
        "identity_words": IDENTITY_WORDS,
        "tag_form": TagForm(),
        "owner_form": OwnerForm(actor=actor, initial={"owner": found.owner_id}),
    }
    return render(request, "dashboard/members/member.html", context)


@policy("staff", "members.edit", object_kind="member")
@require_POST
def member_tag(request: HttpRequest, member_id: str) -> HttpResponse:
    found = selectors.get_member_for(staff_of(request), member_id)
    form = TagForm(request.POST)
    if form.is_valid():
        form.save(found, staff_of(request))
        messages.success(request, f"已打标签「{form.cleaned_data['name']}」")
    else:
        messages.error(request, "没有保存：请填写标签组和标签")
    return redirect(f"/members/{member_id}")


@policy("staff", "members.edit", object_kind="member")
@require_POST
def member_owner(request: HttpRequest, member_id: str) -> HttpResponse:
    found = selectors.get_member_for(staff_of(request), member_id)
    form = OwnerForm(request.POST, actor=staff_of(request))
    if form.is_valid():
        form.save(found)
        messages.success(request, "已改")
    else:
        messages.error(request, "没有保存：请选择一位在职导购")
    return redirect(f"/members/{member_id}")


def _rows(actor: Staff, found: Member, tab: str) -> Any:
    if tab == "orders":
        return desk.list_orders_of_member_for(actor, found.pk)
    if tab == "contacts":
        return selectors.list_contacts_of(found)
    if tab == "entitlements":
        return list_entitlements_of(found.pk)
    if tab == "identities":
        return selectors.list_identities_of(found)
    return selectors.list_timeline(found)
