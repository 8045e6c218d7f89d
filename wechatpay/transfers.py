"""Fills `distribution.contracts.PayoutGateway` with 商家转账 (pay.weixin.qq.com, 4012716434).

The scene is 1005 佣金报酬, which takes exactly 岗位类型 and 报酬说明. A person confirms each
transfer in WeChat within a day, or it fails.
"""

from urllib.parse import quote

from core.errors import Outcome, PortFailure
from distribution.contracts import Payer, TransferFact, TransferOrder
from wechatpay import signing
from wechatpay.client import Json, PayClient
from wechatpay.errcodes import NOT_THERE
from wechatpay.facts import Senseless, transfer_answer, transfer_fact
from wechatpay.gateway import notify_url
from wechatpay.models import PayMerchant
from wechatpay.platform_keys import answer_serial, find_key
from wechatpay.selectors import find_merchant_of, get_merchant

BILLS = "/v3/fund-app/mch-transfer/transfer-bills"
BY_NUMBER = f"{BILLS}/out-bill-no"
SCENE = "1005"
JOB = "导购"
PERCEPTION = "劳务报酬"
NAME_NEEDED_FROM_FEN = 200_000
"""From 2,000.00 yuan on the payee's real name goes along, sealed."""


class WechatTransfers:
    def payer(self) -> Payer:
        account = get_merchant()
        return Payer(mchid=account.mchid, appid=account.appid)

    def client_params(self, mchid: str, appid: str, package: str) -> dict[str, str]:
        return {"mchId": mchid, "appId": appid, "package": package}

    def transfer(self, order: TransferOrder) -> TransferFact:
        """A lost answer may be a transfer under way: outcome UNKNOWN."""
        account = _merchant(order.mchid)
        body = _body(account, order)
        data = PayClient(account).call("POST", BILLS, body, lost=Outcome.UNKNOWN)
        try:
            fact = transfer_answer(data)
        except Senseless as error:
            raise _misunderstood(Outcome.UNKNOWN) from error
        if fact.out_bill_no != order.out_bill_no:
            raise _misunderstood(Outcome.UNKNOWN)
        return fact

    def query(self, mchid: str, out_bill_no: str) -> TransferFact | None:
        path = f"{BY_NUMBER}/{quote(out_bill_no, safe='')}"
        try:
            fact = transfer_fact(PayClient(_merchant(mchid)).call("GET", path))
        except Senseless as error:
            raise _misunderstood(Outcome.RETRYABLE) from error
        except PortFailure as failure:
            if failure.code in NOT_THERE:
                return None
            raise
        if fact.out_bill_no != out_bill_no:
            raise _misunderstood(Outcome.RETRYABLE)
        return fact

    def cancel(self, mchid: str, out_bill_no: str) -> None:
        """Whatever it is answered, what the number has come to is asked for."""
        path = f"{BY_NUMBER}/{quote(out_bill_no, safe='')}/cancel"
        try:
            PayClient(_merchant(mchid)).call("POST", path)
        except PortFailure as failure:
            if failure.outcome is not Outcome.REJECTED:
                raise


def _body(account: PayMerchant, order: TransferOrder) -> Json:
    body: Json = {
        "appid": order.appid,
        "out_bill_no": order.out_bill_no,
        "transfer_scene_id": SCENE,
        "openid": order.openid,
        "transfer_amount": order.amount_fen,
        "transfer_remark": order.remark,
        "notify_url": notify_url(account),
        "user_recv_perception": PERCEPTION,
        "transfer_scene_report_infos": [
            {"info_type": "岗位类型", "info_content": JOB},
            {"info_type": "报酬说明", "info_content": order.reward},
        ],
    }
    if order.amount_fen >= NAME_NEEDED_FROM_FEN:
        body["user_name"] = _sealed_name(account, order.real_name)
    return body


def _sealed_name(account: PayMerchant, name: str) -> str:
    pem = find_key(account, answer_serial(account))
    if not pem:
        raise PortFailure("no_key", "没有微信支付的公钥，不能加密姓名", outcome=Outcome.RETRYABLE)
    return signing.seal_text(pem, name)


def _merchant(mchid: str) -> PayMerchant:
    found = find_merchant_of(mchid)
    if found is None:
        raise PortFailure("not_connected", "付这笔钱的商户号已经不在了")
    return found


def _misunderstood(outcome: Outcome) -> PortFailure:
    return PortFailure("bad_answer", "微信支付的应答无法理解", outcome=outcome)
