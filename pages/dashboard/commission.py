"""佣金: what is owed to whom in which state, how each fen came about, under which rules."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import clock
from core.errors import NotFound
from core.money import format_yuan
from distribution import selectors, services
from distribution.models import Commission
from distribution.selectors import desk
from org.contracts import policy
from org.models import OrgUnit
from org.selectors import list_brands_for
from pages.dashboard.rule_forms import RawRulesForm, RulesForm
from pages.http import page_of, staff_of

State = Commission.State


@policy("staff", "commission.view")
@require_GET
def commission(request: HttpRequest) -> HttpResponse:
    actor = staff_of(request)
    accounts = desk.list_guide_accounts(actor)
    totals, ledger = desk.sum_accounts(accounts)
    due_count, due_fen = desk.list_due(actor)
    state, guide = request.GET.get("state", ""), request.GET.get("guide", "")
    rows = desk.search_commissions(actor, state=state, guide_id=guide)
    context = {
        "accounts": accounts,
        "totals": totals,
        "is_equal": totals == ledger,
        "due_count": due_count,
        "due_fen": due_fen,
        "page": page_of(request, rows),
        "states": State.choices,
        "state": state,
        "guide": guide,
    }
    template = "dashboard/commission/list.html"
    return render(request, template + ("#rows" if _is_htmx(request) else ""), context)


@policy("staff", "commission.view", object_kind="commission")
@require_GET
def derivation(request: HttpRequest, commission_id: str) -> HttpResponse:
    """How one amount came about, as a tree in words; a row of the table for htmx."""
    found = selectors.get_commission_for(staff_of(request), commission_id)
    context = {"row": found, "tree": selectors.explain(found)}
    template = "dashboard/commission/derivation.html"
    return render(request, template + ("#tree" if _is_htmx(request) else ""), context)


@policy("staff", "commission.settle")
@require_POST
def settle(request: HttpRequest) -> HttpResponse:
    """Everything past its rights period, also where the rules leave it to a person."""
    count, fen = desk.list_due(staff_of(request))
    services.settle_due()
    waiting = selectors.list_commissions_for(staff_of(request)).filter(state=State.SETTLEABLE)
    services.settle_commissions(
        list(waiting.values_list("pk", flat=True)), reason="在佣金页结算到期"
    )
    left, left_fen = desk.list_due(staff_of(request))
    messages.success(request, f"已结算 {count - left} 笔，{format_yuan(fen - left_fen)}")
    if left:
        messages.warning(request, f"{left} 笔的订单有退款在处理，等退款完成后再结算")
    return redirect("/commission")


@policy("staff", "commission.view")
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    brand = _brand(request)
    return render(request, "dashboard/commission/rules.html", _rules(request, brand))


@policy("staff", "commission.rules")
@require_http_methods(["GET", "POST"])
def rules_new(request: HttpRequest) -> HttpResponse:
    brand = _brand(request)
    current = services.rule_in_force(brand.pk, clock.now())
    is_raw = "raw" in request.GET
    form = (RawRulesForm if is_raw else RulesForm)(request.POST or None, current=current)
    if request.method == "POST" and form.is_valid() and form.publish_or_explain(brand):
        messages.success(request, f"已发布第 {form.version.number} 版规则")
        return redirect(f"/commission/rules?brand={brand.public_id}")
    context = {"brand": brand, "form": form, "is_raw": is_raw, "current": current}
    return render(request, "dashboard/commission/rules_form.html", context)


def _brand(request: HttpRequest) -> OrgUnit:
    """The brand asked for in the actor's reach, else the first of it."""
    brands = list_brands_for(staff_of(request))
    if wanted := request.GET.get("brand", ""):
        brands = brands.filter(public_id=wanted)
    brand = brands.first()
    if brand is None:
        raise NotFound
    return brand


def _rules(request: HttpRequest, brand: OrgUnit) -> dict[str, Any]:
    versions = selectors.list_rules(brand.pk)
    current = selectors.find_rule_at(brand.pk, clock.now())
    return {
        "brand": brand,
        "brands": list_brands_for(staff_of(request)),
        "versions": [(version, selectors.rules_of(version)) for version in versions],
        "current": current,
    }


def _is_htmx(request: HttpRequest) -> bool:
    return bool(request.headers.get("HX-Request"))
