"""The one registry: every figure's name, formula and grain, said once.

Dashboard, exports, nightly run and the 口径 page read it. A change of formula is a new
`version`; the old cells stay under the old one. Formulas: docs/rules.md, 指标口径.
"""

from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """How a value reads: a rate, money, a plain ratio of two counts, or a length of time."""

    RATE = "rate"
    FEN = "fen"
    RATIO = "ratio"
    SECONDS = "seconds"


class Grain(StrEnum):
    """What a cell's `day` stands for."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    COHORT = "cohort"


GRAIN_NAMES = {
    Grain.DAY: "按天",
    Grain.WEEK: "按自然周",
    Grain.MONTH: "按自然月",
    Grain.COHORT: "按签收日",
}


@dataclass(frozen=True)
class Metric:
    """`numerator` and `denominator` are words; a metric of money alone has no denominator.

    `bands` are (upper bound in ppm, word): the trade's reading of the value.
    """

    code: str
    name: str
    unit: Unit
    grain: Grain
    formula: str
    numerator: str
    denominator: str
    dimensions: tuple[str, ...]
    note: str = ""
    version: int = 1
    owner: str = "品牌运营"
    bands: tuple[tuple[int, str], ...] = ()
    is_of_money: bool = False
    """Whether a rate divides one amount in fen by another."""


DIMENSION_NAMES = {
    "room": "直播间",
    "all": "全部",
    "brand": "品牌",
    "platform": "平台",
    "store": "门店",
    "batch": "批次",
    "kind": "归因方式",
    "guide": "导购",
    "group": "社群",
    "scene": "场景",
    "group_type": "群类型",
}

LIVE_DIMENSIONS = ("all", "store", "room")

METRICS = (
    Metric(
        code="card_scan_rate",
        name="包裹卡扫码率",
        unit=Unit.RATE,
        grain=Grain.COHORT,
        formula="签收日当天的卡中，至今首次被扫的张数 ÷ 签收的张数",
        numerator="已被扫过的卡",
        denominator="当天签收的卡",
        dimensions=("all", "batch"),
        note="按签收日归集，之后每天回看 45 天，所以近几天的数还会变大",
    ),
    Metric(
        code="card_conversion_rate",
        name="包裹卡引流率",
        unit=Unit.RATE,
        grain=Grain.COHORT,
        formula="签收后 14 天内新添加好友的人数 ÷ 签收的张数",
        numerator="14 天内首次成为好友的新人",
        denominator="当天签收的卡",
        dimensions=("all", "batch"),
        note="签收满 14 天才算成熟；原来就是好友的人再扫，算再互动，不算引流",
        bands=((100_000, "偏低"), (150_000, "正常"), (1_000_001, "优秀")),
    ),
    Metric(
        code="contact_cac",
        name="单客获取成本",
        unit=Unit.FEN,
        grain=Grain.DAY,
        formula="截至当天的印刷、投放和已兑现权益成本 ÷ 截至当天的新好友数",
        numerator="累计成本（分）",
        denominator="累计新好友",
        dimensions=("all", "batch"),
        note="累计值；权益按兑现时的商品成本计",
    ),
    Metric(
        code="net_sales",
        name="净销售",
        unit=Unit.FEN,
        grain=Grain.DAY,
        formula="当天支付金额 − 当天退款金额",
        numerator="支付减退款（分）",
        denominator="",
        dimensions=("all", "brand", "platform", "store"),
        note="退款记在退款成功的那天；一分领取单、打款不计入",
        owner="财务",
    ),
    Metric(
        code="sales_per_buyer",
        name="客单价",
        unit=Unit.FEN,
        grain=Grain.DAY,
        formula="当天支付订单的净额 ÷ 当天支付的买家数",
        numerator="当天订单至今的净额（分）",
        denominator="当天买家",
        dimensions=("all", "brand", "platform"),
        note="净额记在订单支付的那天，晚到的退款会改写它",
    ),
    Metric(
        code="orders_per_buyer",
        name="人均购买次数",
        unit=Unit.RATIO,
        grain=Grain.MONTH,
        formula="当月支付订单数 ÷ 当月买家数",
        numerator="支付订单",
        denominator="买家",
        dimensions=("all", "brand", "platform"),
        note="没有买家身份的订单不计入",
    ),
    Metric(
        code="repurchase_rate_m",
        name="单月复购率",
        unit=Unit.RATE,
        grain=Grain.MONTH,
        formula="当月支付 2 单及以上的买家数 ÷ 当月买家数",
        numerator="当月 2 单及以上的买家",
        denominator="当月买家",
        dimensions=("all", "brand", "platform"),
        note="各家定义不同：这里只看同一个自然月之内",
    ),
    Metric(
        code="rebuy_rate",
        name="回购率",
        unit=Unit.RATE,
        grain=Grain.MONTH,
        formula="上月买家中当月又买的人数 ÷ 上月买家数",
        numerator="上月和当月都买的人",
        denominator="上月买家",
        dimensions=("all", "brand", "platform"),
    ),
    Metric(
        code="guide_shared_sales_share",
        name="导购销售占比",
        unit=Unit.RATE,
        is_of_money=True,
        grain=Grain.DAY,
        formula="由导购分享（或绑定）带来的业绩 ÷ 自有商城业绩",
        numerator="导购业绩（分）",
        denominator="自有商城业绩（分）",
        dimensions=("kind",),
        note="「分享」只看分享带来的，「分享或绑定」两者都算；退款从退款当天的业绩里减",
    ),
    Metric(
        code="refund_rate_amt",
        name="金额退款率",
        unit=Unit.RATE,
        is_of_money=True,
        grain=Grain.DAY,
        formula="当天支付订单至今退款的金额 ÷ 当天支付金额",
        numerator="退款金额（分）",
        denominator="支付金额（分）",
        dimensions=("all", "brand", "platform"),
        note="记在订单支付的那天",
    ),
    Metric(
        code="group_active_rate_w",
        name="群周活跃率",
        unit=Unit.RATE,
        grain=Grain.WEEK,
        formula="自然周内发过言的顾客数 ÷ 周末在群的顾客数",
        numerator="发过言的不同顾客",
        denominator="周末在群的顾客",
        dimensions=("all", "store", "group"),
        note="只算知道谁发过言的群：需要会话存档或导入发言表；员工不算；"
        "只发广告的群一般 3%–5%，10% 以上为好",
        bands=(
            (30_000, "近乎沉默"),
            (50_000, "只有广告的水平"),
            (100_000, "有互动"),
            (1_000_001, "活跃"),
        ),
    ),
    Metric(
        code="slot_exec_rate",
        name="SOP 执行率",
        unit=Unit.RATE,
        grain=Grain.DAY,
        formula="计划时间前后 15 分钟内发出的群次 ÷ 应发的群次",
        numerator="准时发出的群次",
        denominator="应发的群次",
        dimensions=("all", "brand", "group_type"),
        note="一个时段发到一个群算一次；被额度或静默拦下的也算应发；取消的不算",
    ),
    Metric(
        code="scene_mix",
        name="场景占比",
        unit=Unit.RATE,
        grain=Grain.DAY,
        formula="当天该场景的时段数 ÷ 当天全部时段数",
        numerator="该场景的时段",
        denominator="全部时段",
        dimensions=("scene",),
        note="销售超过一半时要留意",
    ),
    Metric(
        code="live_uv_value",
        name="直播 UV 价值",
        unit=Unit.FEN,
        grain=Grain.DAY,
        formula="直播间内付款的订单金额 ÷ 进入过直播间的人数",
        numerator="直播间订单支付金额（分）",
        denominator="进入的人数（去重）",
        dimensions=LIVE_DIMENSIONS,
        note="记在开播那天；一人多次进入只算一人",
    ),
    Metric(
        code="live_conv",
        name="直播进入成交率",
        unit=Unit.RATE,
        grain=Grain.DAY,
        formula="在直播间下单并付款的人数 ÷ 进入过直播间的人数",
        numerator="付款的人数",
        denominator="进入的人数（去重）",
        dimensions=LIVE_DIMENSIONS,
        note="视频和直播一般 5%–10%",
    ),
    Metric(
        code="live_avg_stay_s",
        name="直播人均停留",
        unit=Unit.SECONDS,
        grain=Grain.DAY,
        formula="观看秒数合计 ÷ 进入过直播间的人数",
        numerator="观看秒数",
        denominator="进入的人数（去重）",
        dimensions=LIVE_DIMENSIONS,
        note="页面每 20 秒报一次，一次最多算 30 秒；视频号直播的参考值是 12 分钟",
    ),
    Metric(
        code="live_gpm",
        name="直播千次观看成交额",
        unit=Unit.FEN,
        grain=Grain.DAY,
        formula="直播间内付款的订单金额 × 1000 ÷ 进入次数",
        numerator="直播间订单支付金额（分）× 1000",
        denominator="进入次数",
        dimensions=LIVE_DIMENSIONS,
        note="一人多次进入算多次",
    ),
    Metric(
        code="live_invite_enter_rate",
        name="直播邀约进入率",
        unit=Unit.RATE,
        grain=Grain.DAY,
        formula="受导购邀请进入直播间的人数 ÷ 打开过邀请的人数",
        numerator="受邀进入的人数",
        denominator="打开邀请的人数",
        dimensions=LIVE_DIMENSIONS,
        note="同一个邀请、同一部手机打开多次算一次；受邀进入的人总算打开过",
    ),
)

_BY_CODE = {metric.code: metric for metric in METRICS}


def get_metric(code: str) -> Metric:
    """Raises `KeyError` for a code that is not registered."""
    return _BY_CODE[code]


def find_metric(code: str) -> Metric | None:
    return _BY_CODE.get(code)
