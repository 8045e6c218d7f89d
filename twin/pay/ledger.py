"""What really happened to the money: the oracle that the product is compared with."""

from typing import Any

from twin.clock import rfc3339
from twin.context import Twin
from twin.pay import refunds, transfers
from twin.pay.orders import order_by_id, transaction
from twin.store import Row, load


def state(twin: Twin, body: dict[str, Any]) -> dict[str, Any]:
    """GET /_twin/state/pay?mchid= — everything of one merchant as it stands."""
    mchid = str(body.get("mchid", ""))
    return {
        "transactions": [_order(twin, row) for row in _rows(twin, "pay_order", mchid)],
        "refunds": [refunds.view(twin, row) for row in _rows(twin, "pay_refund", mchid)],
        "transfers": [transfers.view(row) for row in _rows(twin, "pay_transfer", mchid)],
        "notifications": [_notification(row) for row in _notifications(twin, mchid)],
    }


def log(twin: Twin, body: dict[str, Any]) -> dict[str, Any]:
    """GET /_twin/pay/log?mchid= — every paid transaction, done refund and done transfer.

    Without ``mchid``, of all merchants. Amounts in fen; entries in the order they happened.
    """
    mchid = str(body.get("mchid", ""))
    entries = [*_paid(twin, mchid), *_refunded(twin, mchid), *_transferred(twin, mchid)]
    entries.sort(key=lambda entry: entry["at"])
    return {"entries": entries, "totals": _totals(entries)}


def _totals(entries: list[dict[str, Any]]) -> dict[str, int]:
    def fen(kind: str) -> int:
        return sum(entry["amount"] for entry in entries if entry["kind"] == kind)

    paid, refunded = fen("transaction"), fen("refund")
    return {
        "paid_fen": paid,
        "refunded_fen": refunded,
        "net_fen": paid - refunded,
        "transferred_fen": fen("transfer"),
    }


def _paid(twin: Twin, mchid: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": "transaction",
            "mchid": row["mchid"],
            "out_trade_no": row["out_trade_no"],
            "transaction_id": row["transaction_id"],
            "openid": row["openid"],
            "amount": row["total"],
            "at": row["paid_at"],
            "success_time": rfc3339(row["paid_at"]),
        }
        for row in _rows(twin, "pay_order", mchid)
        if row["state"] == "SUCCESS"
    ]


def _refunded(twin: Twin, mchid: str) -> list[dict[str, Any]]:
    entries = []
    for row in _rows(twin, "pay_refund", mchid):
        if row["status"] == "SUCCESS":
            order = order_by_id(twin, row["order_id"])
            entries.append(
                {
                    "kind": "refund",
                    "mchid": row["mchid"],
                    "out_trade_no": order["out_trade_no"],
                    "transaction_id": order["transaction_id"],
                    "out_refund_no": row["out_refund_no"],
                    "refund_id": row["refund_id"],
                    "amount": row["amount"],
                    "at": row["success_at"],
                    "success_time": rfc3339(row["success_at"]),
                }
            )
    return entries


def _transferred(twin: Twin, mchid: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": "transfer",
            "mchid": row["mchid"],
            "out_bill_no": row["out_bill_no"],
            "transfer_bill_no": row["transfer_bill_no"],
            "openid": row["openid"],
            "amount": row["amount"],
            "at": row["updated_at"],
            "success_time": rfc3339(row["updated_at"]),
        }
        for row in _rows(twin, "pay_transfer", mchid)
        if row["state"] == "SUCCESS"
    ]


def _order(twin: Twin, row: Row) -> dict[str, Any]:
    order = order_by_id(twin, row["id"])
    prepays = twin.store.rows(
        "SELECT prepay_id FROM pay_prepay WHERE order_id = ? ORDER BY rowid", (row["id"],)
    )
    return {
        **transaction(twin, order),
        "openid": order["openid"],
        "description": load(order["body"])["description"],
        "created_at": order["created_at"],
        "expires_at": order["expires_at"],
        "prepay_ids": [prepay["prepay_id"] for prepay in prepays],
    }


def _notification(row: Row) -> dict[str, Any]:
    shown = {name: row[name] for name in row if name != "body"}
    return {**shown, "acknowledged": bool(row["acknowledged"])}


def _notifications(twin: Twin, mchid: str) -> list[Row]:
    return _rows(twin, "pay_notification", mchid, "rowid")


def _rows(twin: Twin, table: str, mchid: str, order: str = "id") -> list[Row]:
    sql = f"SELECT * FROM {table} WHERE ? IN ('', mchid) ORDER BY {order}"
    return twin.store.rows(sql, (mchid,))
