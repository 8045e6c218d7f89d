"""The wallet: what was paid, what was received, and 收款确认 for what waits."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from twin.context import twin_of
from twin.pay import payees
from twin.pay.payments import CannotPay, wallet
from twin.phone import messages
from twin.phone.html import empty, face, form_button, h, page
from twin.phone.session import Holder, holder_of, read_form
from twin.phone.shell import ask_who, shell
from twin.store import Row

WAITING = "WAIT_USER_CONFIRM"
STATES = {
    "ACCEPTED": "受理中",
    "TRANSFERING": "到账中",
    "SUCCESS": "已到账",
    "FAIL": "转账失败",
    "CANCELING": "撤销中",
    "CANCELLED": "商家已撤销",
}


async def purse(request: Request) -> Response:
    """Transfers received or waiting, then what the person has paid."""
    holder, twin = holder_of(request), twin_of(request)
    if holder is None:
        return ask_who(request)
    received, paid = payees.received(twin, holder.person), wallet(twin, holder.person)
    waiting = [entry for entry in received if entry["state"] == WAITING]
    taken = [entry for entry in received if entry["state"] != WAITING]
    body = (
        _titled("待确认收款", [_waiting(entry) for entry in waiting])
        + _titled("收款", [_transfer(entry) for entry in taken])
        + _titled("付款", [_payment(entry) for entry in paid])
    )
    return _wallet(request, holder, body or empty("还没有收付款记录"))


def _wallet(request: Request, holder: Holder, body: str) -> Response:
    """A member keeps the wallet of their own WeChat behind 我."""
    if holder.is_member:
        return page("钱包", body, back="/phone/who")
    return shell(request, holder, "钱包", body)


def _titled(title: str, cells: list[str]) -> str:
    return f"<h2>{title}</h2><div class='list'>{''.join(cells)}</div>" if cells else ""


def _waiting(entry: Row) -> str:
    return (
        f"<a class='cell' href='/phone/transfer/{h(entry['transfer_bill_no'])}'>"
        f"{face(entry['merchant'])}<div>{h(entry['merchant'])}<small>{h(entry['description'])}"
        f"</small></div><span class='money'>{yuan(entry['amount'])} ›</span></a>"
    )


def _transfer(entry: Row) -> str:
    note = f"{STATES[entry['state']]} · {messages.when(entry['at'])} {entry['description']}"
    return (
        f"<div class='cell'>{face(entry['merchant'])}<div>{h(entry['merchant'])}"
        f"<small>{h(note)}</small></div><span class='money'>+{yuan(entry['amount'])}</span></div>"
    )


def _payment(entry: Row) -> str:
    note = f"{messages.when(entry['paid_at'])} {entry['description']}"
    if entry["refunded"]:
        note = f"已退款 {yuan(entry['refunded'])} · {note}"
    return (
        f"<div class='cell'>{face(entry['merchant'])}<div>{h(entry['merchant'])}"
        f"<small>{h(note)}</small></div><span class='money'>-{yuan(entry['amount'])}</span></div>"
    )


async def transfer(request: Request) -> Response:
    """收款确认, as WeChat's own notice of a waiting transfer opens it."""
    holder, twin = holder_of(request), twin_of(request)
    if holder is None:
        return ask_who(request)
    number = request.path_params["number"]
    row = twin.store.row("SELECT * FROM pay_transfer WHERE transfer_bill_no = ?", (number,))
    bill = payees.find_by_package(twin, row["package_info"]) if row else None
    if bill is None or payees.payee_of(twin, bill) != holder.person:
        return page("收款确认", empty("没有这笔转账"), back="/phone/wallet", status=404)
    try:
        payees.check_waiting(bill)
    except CannotPay as refusal:
        return page("收款确认", empty(str(refusal)), back="/phone/wallet", status=409)
    if request.method == "GET":
        return page(
            "收款确认", _sheet(payees.sheet(twin, bill), request.url.path), back="/phone/wallet"
        )
    if (await read_form(request)).get("decision") == "take":
        payees.confirm(twin, bill)
    return RedirectResponse("/phone/wallet", 303)


def _sheet(view: Row, action: str) -> str:
    return (
        f"<div class='amount'><div>{h(view['merchant'])} 向你转账</div>"
        f"<b>{yuan(view['amount'])}</b><div>{h(view['description'])}</div></div><div class='pad'>"
        f"{form_button(action, '确认收款', decision='take')}"
        f"{form_button(action, '取消', 'plain', decision='leave')}</div>"
    )


def yuan(fen: int) -> str:
    """Fen as ¥ with two decimals."""
    return f"¥{fen // 100}.{fen % 100:02d}"


routes: list[BaseRoute] = [
    Route("/phone/wallet", purse),
    Route("/phone/transfer/{number}", transfer, methods=["GET", "POST"]),
]
