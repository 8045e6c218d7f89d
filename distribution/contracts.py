"""What others may import of distribution: accounts, roles, answers, refusals."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from core.errors import InvalidInput, Refusal

EXPENSE = "commission.expense"
PAID_OUT = "commission.paid_out"
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
    paid_out_fen: int
    payable_fen: int
    debt_fen: int
    today_fen: int


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
