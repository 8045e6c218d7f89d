"""包裹卡: runs of cards, from the print sheet to what they brought."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from acquisition import selectors, services
from acquisition.contracts import SUSPICIONS
from acquisition.services import desk
from core import clock
from mall.selectors import list_benefits_for
from org.contracts import policy
from pages.dashboard.card_forms import BatchForm, BenefitForm, ReasonForm
from pages.dashboard.funnels import conversion_of, steps_of
from pages.http import page_of, staff_of


@policy("staff", "cards.view")
@require_GET
def batches(request: HttpRequest) -> HttpResponse:
    page = page_of(request, selectors.list_batches_for(staff_of(request)))
    return render(request, "dashboard/cards/list.html", {"page": page})


@policy("staff", "cards.edit")
@require_http_methods(["GET", "POST"])
def batch_new(request: HttpRequest) -> HttpResponse:
    form = BatchForm(request.POST or None, actor=staff_of(request))
    if request.method == "POST" and form.is_valid() and form.save_or_explain() and form.batch:
        messages.success(request, f"已生成 {form.batch.size:,} 张卡，可以打印了")
        return redirect(f"/cards/{form.batch.public_id}")
    context = {"form": form, "has_benefits": list_benefits_for(staff_of(request)).exists()}
    return render(request, "dashboard/cards/batch_form.html", context)


@policy("staff", "cards.view", object_kind="batch")
@require_GET
def batch(request: HttpRequest, batch_id: str) -> HttpResponse:
    found = selectors.get_batch_for(staff_of(request), batch_id)
    result = selectors.result_of(found)
    suspects = selectors.list_suspects_for(staff_of(request)).filter(card__batch=found)
    context = {
        "batch": found,
        "steps": steps_of(found),
        "result": result,
        "conversion": conversion_of(result),
        "cac_fen": result.cost_fen // found.added if found.added else None,
        "suspects": suspects[:50],
        "parts": range(1, -(-found.size // desk.PDF_LIMIT) + 1),
        "reasons": SUSPICIONS,
    }
    return render(request, "dashboard/cards/batch.html", context)


@policy("staff", "cards.export", object_kind="batch")
@require_GET
def sheet_pdf(request: HttpRequest, batch_id: str) -> HttpResponse:
    found = selectors.get_batch_for(staff_of(request), batch_id)
    part = request.GET.get("part", "1")
    content = desk.print_pdf(batch=found, part=int(part) if part.isdigit() else 0)
    return _file(content, "application/pdf", f"cards-{part}.pdf")


@policy("staff", "cards.export", object_kind="batch")
@require_GET
def sheet_csv(request: HttpRequest, batch_id: str) -> HttpResponse:
    found = selectors.get_batch_for(staff_of(request), batch_id)
    return _file(desk.print_csv(batch=found), "text/csv; charset=utf-8", "cards.csv")


@policy("staff", "cards.edit", object_kind="batch")
@require_http_methods(["GET", "POST"])
def batch_void(request: HttpRequest, batch_id: str) -> HttpResponse:
    found = selectors.get_batch_for(staff_of(request), batch_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.void_batch(batch=found, reason=form.cleaned_data["reason"])
        messages.success(request, "已作废，没有用过的卡从现在起扫不开")
        return redirect(f"/cards/{batch_id}")
    context = {"batch": found, "result": selectors.result_of(found), "form": form}
    return render(request, "dashboard/cards/void.html", context)


@policy("staff", "cards.view")
@require_GET
def suspects(request: HttpRequest) -> HttpResponse:
    page = page_of(request, selectors.list_suspects_for(staff_of(request)))
    context = {"page": page, "reasons": SUSPICIONS}
    return render(request, "dashboard/cards/suspects.html", context)


@policy("staff", "cards.edit", object_kind="scan")
@require_http_methods(["GET", "POST"])
def suspect(request: HttpRequest, scan_id: int) -> HttpResponse:
    scan = selectors.get_suspect_for(staff_of(request), scan_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decide = services.clear_suspect if "believe" in request.POST else services.reject_suspect
        decide(scan=scan, reason=form.cleaned_data["reason"])
        messages.success(
            request, "已放行" if "believe" in request.POST else "已判为无效，卡可以再用"
        )
        return redirect(f"/cards/{scan.card.batch.public_id}")
    context = {"scan": scan, "form": form, "sentence": SUSPICIONS.get(scan.reason, "")}
    return render(request, "dashboard/cards/suspect.html", context)


@policy("staff", "cards.view")
@require_GET
def benefits(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "dashboard/cards/benefits.html",
        {"page": page_of(request, list_benefits_for(staff_of(request)))},
    )


@policy("staff", "cards.edit")
@require_http_methods(["GET", "POST"])
def benefit_new(request: HttpRequest) -> HttpResponse:
    ideas = {"name": request.GET.get("name", "")[:60]}
    if request.GET.get("threshold", "").isdecimal():
        ideas["threshold_fen"] = request.GET["threshold"][:6]
    form = BenefitForm(request.POST or None, actor=staff_of(request), initial=ideas)
    if request.method == "POST" and form.is_valid() and form.save_or_explain():
        messages.success(request, f"已添加福利「{form.cleaned_data['name']}」")
        return redirect("/cards/new")
    return render(request, "dashboard/cards/benefit_form.html", {"form": form})


def _file(content: bytes | str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    stamp = clock.today().isoformat()
    response["Content-Disposition"] = f'attachment; filename="{stamp}-{name}"'
    return response
