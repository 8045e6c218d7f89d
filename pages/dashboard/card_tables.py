"""Tables that go into a batch: which parcel a card lies in, which parcels arrived.

Upload → a preview that did everything and took it back → the same again for good.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from acquisition.selectors import get_batch_for
from acquisition.services import bind_orders, desk
from core.errors import Refusal
from org.contracts import policy
from pages.dashboard.card_forms import TableForm
from pages.http import staff_of
from pages.uploads import drop_upload, keep_upload, upload_path


@dataclass(frozen=True)
class Kind:
    """One kind of table: its words, how it is read, tried and run."""

    title: str
    help: str
    read: Callable[[bytes], Any]
    preview: Callable[[Any, Any], desk.Preview]
    run: Callable[[Any, Any], Any]


BIND = Kind(
    title="绑定订单",
    help="表格需要「序列号」和「订单号」列，可以另有「快递单号」「发货时间」「签收时间」。"
    "已绑定别的订单的卡保持不变。",
    read=desk.read_bindings,
    preview=lambda batch, rows: desk.preview_bindings(batch=batch, rows=rows),
    run=lambda batch, rows: bind_orders(batch=batch, rows=rows),
)
DELIVER = Kind(
    title="标记签收",
    help="表格需要「快递单号」和「签收时间」列。签收后，等着包裹的福利会马上发放。",
    read=desk.read_deliveries,
    preview=lambda batch, rows: desk.preview_deliveries(deliveries=rows),
    run=lambda batch, rows: desk.note_deliveries(batch=batch, deliveries=rows),
)


@policy("staff", "cards.edit", object_kind="batch")
@require_http_methods(["GET", "POST"])
def bind(request: HttpRequest, batch_id: str) -> HttpResponse:
    return _table(request, batch_id, BIND)


@policy("staff", "cards.edit", object_kind="batch")
@require_http_methods(["GET", "POST"])
def deliver(request: HttpRequest, batch_id: str) -> HttpResponse:
    return _table(request, batch_id, DELIVER)


def _table(request: HttpRequest, batch_id: str, kind: Kind) -> HttpResponse:
    batch = get_batch_for(staff_of(request), batch_id)
    context: dict[str, Any] = {"batch": batch, "kind": kind, "form": TableForm()}
    try:
        if "token" in request.POST:
            return _run(request, batch, kind)
        if request.method == "POST":
            context |= _preview(request, batch, kind)
    except Refusal as refused:
        context["refusal"] = refused.text
    return render(request, "dashboard/cards/table.html", context)


def _preview(request: HttpRequest, batch: Any, kind: Kind) -> dict[str, Any]:
    form = TableForm(request.POST, request.FILES)
    if not form.is_valid():
        return {"form": form}
    token = keep_upload(form.cleaned_data["file"])
    file = kind.read(upload_path(token).read_bytes())
    preview = kind.preview(batch, file.rows)
    errors = sorted([*file.errors, *preview.errors])
    return {"preview": preview, "errors": errors, "token": token, "sample": file.rows[:10]}


def _run(request: HttpRequest, batch: Any, kind: Kind) -> HttpResponse:
    token = request.POST["token"]
    kind.run(batch, kind.read(upload_path(token).read_bytes()).rows)
    drop_upload(token)
    messages.success(request, f"{kind.title}完成")
    return redirect(f"/cards/{batch.public_id}")
