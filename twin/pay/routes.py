"""Every address of the payment half."""

from typing import Any

from starlette.routing import Route

from twin.pay import admin, knobs, notify, orders, payees, refunds, schema, sheet, transfers
from twin.pay.crypto import seal
from twin.pay.errors import PayError
from twin.pay.gate import Call, Handler, endpoint
from twin.pay.merchants import certificates
from twin.people import DDL as PEOPLE_DDL

ORDERS = "/v3/pay/transactions"
REFUNDS = "/v3/refund/domestic/refunds"
BILLS = "/v3/fund-app/mch-transfer/transfer-bills"
EVERY_METHOD = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def list_certificates(call: Call) -> tuple[int, dict[str, Any]]:
    """GET /v3/certificates."""
    data = [
        {
            "serial_no": row["serial"],
            "effective_time": row["effective_time"],
            "expire_time": row["expire_time"],
            "encrypt_certificate": seal(call.merchant.apiv3_key, row["pem"], "certificate"),
        }
        for row in certificates(call.twin)
    ]
    return 200, {"data": data}


def no_such_api(call: Call) -> tuple[int, dict[str, Any]]:
    """Any other path under /v3/."""
    raise PayError("NOT_FOUND", "接口不存在")


def _get(path: str, handler: Handler) -> Route:
    return Route(path, endpoint(handler), methods=["GET"])


def _post(path: str, handler: Handler) -> Route:
    return Route(path, endpoint(handler), methods=["POST"])


ddl = PEOPLE_DDL + schema.DDL
senders = {notify.KIND: notify.send, refunds.KIND: refunds.send, payees.KIND: payees.send}
sweeps = [payees.close_overdue]
defaults = knobs.PAY_DEFAULTS
routes = [
    _post(f"{ORDERS}/jsapi", orders.place),
    _get(f"{ORDERS}/out-trade-no/{{out_trade_no}}", orders.query_by_number),
    _get(f"{ORDERS}/id/{{transaction_id}}", orders.query_by_id),
    _post(f"{ORDERS}/out-trade-no/{{out_trade_no}}/close", orders.close),
    _post(REFUNDS, refunds.ask),
    _get(f"{REFUNDS}/{{out_refund_no}}", refunds.query),
    _get("/v3/certificates", list_certificates),
    _post(BILLS, transfers.ask),
    _get(f"{BILLS}/out-bill-no/{{out_bill_no}}", transfers.query),
    _get(f"{BILLS}/transfer-bill-no/{{transfer_bill_no}}", transfers.query_by_id),
    _post(f"{BILLS}/out-bill-no/{{out_bill_no}}/cancel", transfers.cancel),
    Route("/v3/{rest:path}", endpoint(no_such_api), methods=EVERY_METHOD),
    Route("/_twin/phone/pay", sheet.confirm, methods=["POST", "OPTIONS"]),
    Route("/_twin/phone/pay/preview", sheet.preview, methods=["POST", "OPTIONS"]),
    Route("/_twin/phone/transfer", sheet.confirm_transfer, methods=["POST", "OPTIONS"]),
    Route("/_twin/phone/transfer/preview", sheet.preview_transfer, methods=["POST", "OPTIONS"]),
    *admin.routes,
]
