"""What others may import of distribution: accounts, roles, answers, refusals."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol

from core.errors import InvalidInput, Refusal

EXPENSE = "commission.expense"
PAID_OUT = "commission.paid_out"
IN_TRANSIT = "commission.in_transit"
PROMISED = "payout.promised"
WITHHELD = "tax.withheld"
TRANSFER_CASH = "cash:wechatpay_transfer"
STATE_ACCOUNTS = {
    "estimated": "commission.estimated",
    "frozen": "commission.frozen",
    "settleable": "commission.settleable",
    "settled": "commission.settled",
}
"""State of a commission → the liability account that holds what is owed in that state."""


def party(guide_id: int) -> str:
    """The sub-account of a guide in the ledger."""
    return f"staff:{guide_id}"


OBJECTION = "distribution.commission.objected"
"""The audit action of a guide's question about an amount."""
SHARE_PATH = "/s/"
"""Where a shared link leads on the customer host, followed by its token."""

PAYOUT_PATH = "/payout/"
"""Where a guide confirms a withdrawal on the customer host, followed by its token."""


class EvidenceKind(StrEnum):
    """Why an order may be a guide's; SHARE and SCAN rank alike."""

    CODE = "code"
    LIVE = "live"
    SHARE = "share"
    SCAN = "scan"
    BIND = "bind"
    STORE = "store"
    HQ = "hq"


EVIDENCE_WORDS = {
    EvidenceKind.CODE: "下单时填写的导购码",
    EvidenceKind.LIVE: "从导购的直播邀请进入",
    EvidenceKind.SHARE: "打开了导购分享的链接",
    EvidenceKind.SCAN: "扫了导购的码",
    EvidenceKind.BIND: "绑定的导购",
    EvidenceKind.STORE: "归属门店",
    EvidenceKind.HQ: "总部",
}


class EarnerRole(StrEnum):
    """In what quality somebody takes part in a sale."""

    SHARER = "sharer"
    BOUND = "bound"
    BOTH = "both"
    RECRUITER = "recruiter"
    STORE = "store"
    HQ = "hq"


ROLE_WORDS = {
    EarnerRole.SHARER: "分享导购",
    EarnerRole.BOUND: "绑定导购",
    EarnerRole.BOTH: "分享且绑定的导购",
    EarnerRole.RECRUITER: "邀请人",
    EarnerRole.STORE: "门店",
    EarnerRole.HQ: "总部",
}


class BindOutcome(StrEnum):
    """What a binding event came to."""

    BOUND = "bound"
    KEPT = "kept"
    PROTECTED = "protected"
    SNATCHED = "snatched"
    IGNORED = "ignored"


class BindingState(StrEnum):
    UNBOUND = "unbound"
    PROTECTED = "protected"
    SNATCHABLE = "snatchable"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Node:
    """A step of a derivation in plain words; `value` is what the step came to."""

    title: str
    value: str = ""
    note: str = ""
    children: tuple["Node", ...] = ()


@dataclass(frozen=True)
class Opportunity:
    """One of the day's three things: whom to turn to, why, and where to begin.

    `expected_fen` is what a sale would earn by today's rule, None where nobody can say.
    """

    member_id: str
    member_name: str
    reason: str
    product_id: str = ""
    expected_fen: int | None = None


@dataclass(frozen=True)
class Totals:
    """Fen that stand in each state, after what refunds took back."""

    estimated_fen: int = 0
    frozen_fen: int = 0
    settleable_fen: int = 0
    settled_fen: int = 0


@dataclass(frozen=True)
class Income:
    """What a guide may count on; `payable_fen` and `debt_fen` are never negative."""

    totals: Totals
    in_transit_fen: int
    paid_out_fen: int
    payable_fen: int
    debt_fen: int
    today_fen: int


class TransferState(StrEnum):
    """What a transfer has come to at the platform; only WAITING can be shown to its payee."""

    PROCESSING = "processing"
    WAITING = "waiting"
    SUCCESS = "success"
    FAILED = "failed"
    CANCELLED = "cancelled"


TRANSFER_WORDS = {
    TransferState.PROCESSING: "处理中",
    TransferState.WAITING: "待本人确认",
    TransferState.SUCCESS: "已到账",
    TransferState.FAILED: "失败",
    TransferState.CANCELLED: "已撤销",
}
OVERDUE_REASON = "OVERDUE_CLOSE"
"""The reason of a transfer that nobody confirmed within a day."""


@dataclass(frozen=True)
class Payer:
    """The merchant account that pays, and the app in which it knows the payees."""

    mchid: str
    appid: str


@dataclass(frozen=True)
class TransferOrder:
    """What is asked for a number; the same on every try. `reward` says what for."""

    out_bill_no: str
    mchid: str
    appid: str
    openid: str
    amount_fen: int
    remark: str
    reward: str
    real_name: str = ""


@dataclass(frozen=True)
class TransferFact:
    """What the platform says of a number; amount 0, openid and mchid "" were not told."""

    out_bill_no: str
    state: TransferState
    transfer_bill_no: str = ""
    amount_fen: int = 0
    openid: str = ""
    mchid: str = ""
    fail_reason: str = ""
    package: str = ""
    finished_at: dt.datetime | None = None


class PayoutGateway(Protocol):
    """The platform that pays guides. `transfer`, `query` and `cancel` call out, may raise
    `core.errors.PortFailure`, and are not called inside a transaction.
    """

    def payer(self) -> Payer: ...

    def client_params(self, mchid: str, appid: str, package: str) -> dict[str, str]:
        """The arguments with which the payee's browser opens the confirmation."""
        ...

    def transfer(self, order: TransferOrder) -> TransferFact:
        """The same number twice is one transfer; outcome UNKNOWN when it may have begun."""
        ...

    def query(self, mchid: str, out_bill_no: str) -> TransferFact | None:
        """None when the number never reached the platform."""
        ...

    def cancel(self, mchid: str, out_bill_no: str) -> None:
        """Ask to take back what is not confirmed; what came of it is asked afterwards."""
        ...


class RulesRefused(InvalidInput):
    """A configuration that may not come into force; its subclasses say why."""

    code: ClassVar[str] = "rules_refused"
    message: ClassVar[str] = "佣金规则有误"


class RuleFieldUnknown(RulesRefused):
    code: ClassVar[str] = "rule_field_unknown"
    message: ClassVar[str] = "规则里有不认识的字段"


class RuleValueInvalid(RulesRefused):
    code: ClassVar[str] = "rule_value_invalid"
    message: ClassVar[str] = "规则里有不合法的值"


class SplitNotWhole(RulesRefused):
    code: ClassVar[str] = "split_not_whole"
    message: ClassVar[str] = "分享导购与绑定导购的比例相加必须正好是 100"


class PoolCapExceeded(RulesRefused):
    code: ClassVar[str] = "pool_cap_exceeded"
    message: ClassVar[str] = "佣金率相加超过了佣金池上限"


class RateAboveMargin(RulesRefused):
    code: ClassVar[str] = "rate_above_margin"
    message: ClassVar[str] = "佣金率超过了商品毛利率，卖一件亏一件"


class LevelsTooMany(RulesRefused):
    code: ClassVar[str] = "levels_too_many"
    message: ClassVar[str] = "最多两级：三级及以上分销涉嫌传销，系统不支持"


class EntryFeeForbidden(RulesRefused):
    code: ClassVar[str] = "entry_fee_forbidden"
    message: ClassVar[str] = "不能收取入门费或以购买换取分销资格，这属于法律禁止的传销特征"


class HeadcountRewardForbidden(RulesRefused):
    code: ClassVar[str] = "headcount_reward_forbidden"
    message: ClassVar[str] = "不能按拉人数量发奖励，奖励只能来自真实销售"


class TeamRewardForbidden(RulesRefused):
    code: ClassVar[str] = "team_reward_forbidden"
    message: ClassVar[str] = "不能按下级团队的业绩计酬（团队计酬），这属于法律禁止的传销特征"


class AcknowledgementMissing(RulesRefused):
    code: ClassVar[str] = "acknowledgement_missing"
    message: ClassVar[str] = "开启第二级佣金前，请先确认已阅读合规提示"


class RuleBackdated(RulesRefused):
    code: ClassVar[str] = "rule_backdated"
    message: ClassVar[str] = "生效时间不能早于现在：已下的单不受新规则影响"


class RecruitChainTooDeep(Refusal):
    code: ClassVar[str] = "recruit_chain_too_deep"
    message: ClassVar[str] = "邀请关系最多两层：被邀请的人不能再有下级，有下级的人不能再被邀请"


class BrandMismatch(InvalidInput):
    code: ClassVar[str] = "brand_mismatch"
    message: ClassVar[str] = "导购不属于这个品牌"


class ObjectionEmpty(InvalidInput):
    code: ClassVar[str] = "objection_empty"
    message: ClassVar[str] = "请写下您的疑问，方便同事核对"


class PayoutAmountRefused(InvalidInput):
    code: ClassVar[str] = "payout_amount_refused"
    message: ClassVar[str] = "提现金额不在允许的范围内"


class PayoutTooMuch(Refusal):
    code: ClassVar[str] = "payout_too_much"
    message: ClassVar[str] = "可提现金额不足"


class PayoutOpen(Refusal):
    code: ClassVar[str] = "payout_open"
    message: ClassVar[str] = "还有一笔提现没有完成，完成后才能再提"


class PayoutDayFull(Refusal):
    code: ClassVar[str] = "payout_day_full"
    message: ClassVar[str] = "超过了每天的提现上限，请明天再提"


class RealNameNeeded(InvalidInput):
    code: ClassVar[str] = "real_name_needed"
    message: ClassVar[str] = "单笔 2,000 元起，微信要核对真实姓名，请填写"


class PayoutStateRefused(Refusal):
    code: ClassVar[str] = "payout_state_refused"
    message: ClassVar[str] = "这笔提现已经处理过了"


class PayoutNotYours(Refusal):
    code: ClassVar[str] = "payout_not_yours"
    message: ClassVar[str] = "这笔提现已绑定另一个微信，请用绑定的微信打开"


class PayoutOpenidTaken(Refusal):
    code: ClassVar[str] = "payout_openid_taken"
    message: ClassVar[str] = "这个微信已经绑定了另一位导购"
