"""提现: who asked for how much, who agreed, what arrived, and whether both books agree."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import clock
from core.errors import Refusal
from core.models import LongTask
from core.money import format_yuan
from distribution.models import Withdrawal
from distribution.selectors import (
    ACCOUNTS,
    DIFFERENCES,
    JOURNALS,
    explain_failure,
    get_withdrawal_for,
)
from distribution.selectors import payouts as desk
from distribution.services import (
    approve_withdrawal,
    cancel_withdrawal,
    decline_withdrawal,
    release_payout_account,
    resolve_difference,
    start_reconcile,
)
from org.contracts import policy
from pages.dashboard.forms import BootstrapForm
from pages.dashboard.labels import name_details
from pages.exports import csv_response
from pages.http import page_of, safe_next, staff_of

HEADER = (
    "单号", "导购", "门店", "申请", "状态", "提现金额（元）", "代扣个税（元）", "到账金额（元）",
    "计税方式", "微信单号", "结束", "原因",
)  # fmt: skip
TAXES = {"employee": "随工资计税", "labour": "劳务报酬"}
WEEK = dt.timedelta(days=6)


class DayInput(forms.DateInput):
    input_type = "date"


class DaysForm(BootstrapForm):
    """The days to compare, both included."""

    since = forms.DateField(label="从", widget=DayInput(format="%Y-%m-%d"))
    until = forms.DateField(label="到", widget=DayInput(format="%Y-%m-%d"))

    def start_or_explain(self) -> bool:
        try:
            start_reconcile(**self.cleaned_data)
        except Refusal as refused:
            return self.refuse(refused)
        return True


@policy("staff", "payouts.view")
@require_GET
def payouts(request: HttpRequest) -> HttpResponse:
    actor, tab = staff_of(request), request.GET.get("tab", "")
    tab = tab if tab in desk.TABS else "asked"
    page = page_of(request, desk.list_withdrawals_for(actor, tab=tab))
    counts = desk.count_by_tab(actor)
    context = {
        "tab": tab,
        "tabs": [(code, words, counts[code]) for code, (words, _) in desk.TABS.items()],
        "page": page,
        "rows": [(row, explain_failure(row)) for row in page],
        "totals": desk.sum_payouts(actor),
        "differences": desk.list_differences_for(actor).count(),
    }
    return render(request, "dashboard/payouts/list.html", context)


@policy("staff", "payouts.view")
@require_GET
def payouts_csv(request: HttpRequest) -> HttpResponse:
    """Also what payroll takes: gross, tax and net of everybody, one request a row."""
    tab = request.GET.get("tab", "")
    rows = desk.list_withdrawals_for(staff_of(request), tab=tab)
    return csv_response("payouts", HEADER, (_cells(row) for row in rows.iterator()))


@policy("staff", "payouts.view", object_kind="payout")
@require_GET
def payout(request: HttpRequest, payout_id: str) -> HttpResponse:
    row = get_withdrawal_for(staff_of(request), payout_id)
    account = desk.find_payout_account(row.guide)
    context = {
        "row": row,
        "reason": explain_failure(row),
        "tax": TAXES[row.tax_profile],
        "entries": desk.list_entries_of(row),
        "journals": JOURNALS,
        "accounts": ACCOUNTS,
        "account": account,
        "is_open": row.state in desk.OPEN_STATES,
        "log": [(dt.datetime.fromisoformat(each["at"]), each["text"]) for each in row.log],
    }
    return render(request, "dashboard/payouts/detail.html", context)


@policy("staff", "payouts.decide", object_kind="payout")
@require_POST
def decide(request: HttpRequest, payout_id: str) -> HttpResponse:
    row = get_withdrawal_for(staff_of(request), payout_id)
    is_yes = request.POST.get("decision") == "approve"
    try:
        if is_yes:
            approve_withdrawal(withdrawal=row)
            messages.success(request, f"已同意，{format_yuan(row.amount_fen)} 马上发放")
        else:
            decline_withdrawal(withdrawal=row, reason=request.POST.get("reason", ""))
            messages.success(request, "没有同意，钱已退回导购的余额")
    except Refusal as refused:
        messages.error(request, refused.text)
    return redirect(safe_next(request, "/payouts"))


@policy("staff", "payouts.decide", object_kind="payout")
@require_POST
def cancel(request: HttpRequest, payout_id: str) -> HttpResponse:
    row = get_withdrawal_for(staff_of(request), payout_id)
    try:
        cancel_withdrawal(withdrawal=row, reason=request.POST.get("reason", "") or "财务撤回")
        messages.success(request, "已申请撤回，以微信支付的结果为准")
    except Refusal as refused:
        messages.error(request, refused.text)
    return redirect(f"/payouts/{row.public_id}")


@policy("staff", "payouts.decide", object_kind="payout")
@require_POST
def release(request: HttpRequest, payout_id: str) -> HttpResponse:
    """The guide of this withdrawal may bind another WeChat."""
    row = get_withdrawal_for(staff_of(request), payout_id)
    try:
        release_payout_account(guide=row.guide, reason=request.POST.get("reason", ""))
        messages.success(request, f"{row.guide.name}可以绑定新的微信，绑定 24 小时后才发放")
    except Refusal as refused:
        messages.error(request, refused.text)
    return redirect(f"/payouts/{row.public_id}")


@policy("staff", "payouts.view")
@require_http_methods(["GET", "POST"])
def reconcile(request: HttpRequest) -> HttpResponse:
    today = clock.today()
    form = DaysForm(request.POST or None, initial={"since": today - WEEK, "until": today})
    if request.method == "POST" and form.is_valid() and form.start_or_explain():
        messages.success(request, "已开始对账，完成后这里显示结果")
        return redirect("/payouts/reconcile")
    actor, show_all = staff_of(request), request.GET.get("all") == "1"
    page = page_of(request, desk.list_differences_for(actor, unresolved_only=not show_all))
    context: dict[str, Any] = {
        "form": form,
        "runs": desk.list_reconciliations()[:5],
        "is_running": any(run.state in _RUNNING for run in desk.list_reconciliations()[:5]),
        "page": page,
        "rows": [(row, name_details(row.detail)) for row in page],
        "words": DIFFERENCES,
        "show_all": show_all,
    }
    return render(request, "dashboard/payouts/reconcile.html", context)


_RUNNING = (LongTask.State.QUEUED, LongTask.State.RUNNING)


@policy("staff", "payouts.decide", object_kind="payout_difference")
@require_POST
def resolve(request: HttpRequest, difference_id: int) -> HttpResponse:
    found = desk.get_difference_for(staff_of(request), difference_id)
    try:
        resolve_difference(difference=found, reason=request.POST.get("reason", ""))
        messages.success(request, "已标记为处理完毕")
    except Refusal as refused:
        messages.error(request, refused.text)
    return redirect("/payouts/reconcile")


def _cells(row: Withdrawal) -> tuple[Any, ...]:
    return (
        row.out_bill_no,
        row.guide.name,
        row.guide.unit.name if row.guide.unit else "",
        _moment(row.asked_at),
        row.get_state_display(),
        row.gross_fen / 100,
        row.tax_fen / 100,
        row.amount_fen / 100,
        TAXES[row.tax_profile],
        row.transfer_bill_no,
        _moment(row.finished_at),
        explain_failure(row),
    )


def _moment(at: dt.datetime | None) -> str:
    return at.astimezone(clock.SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if at else ""
