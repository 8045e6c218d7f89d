"""Days to begin from: what a group may hear from morning to night (docs/rules.md, 社群日历)."""

from dataclasses import dataclass

from community.contracts import ContentType, Scene


@dataclass(frozen=True)
class SlotDraft:
    """What a slot says and when; `minute` counts from midnight, `weekdays` bit 0 is Monday."""

    minute: int
    title: str
    scene: str
    content_type: str
    text: str
    weekdays: int = 127
    link_title: str = ""
    link_url: str = ""
    deadline_minutes: int = 120


@dataclass(frozen=True)
class Starter:
    code: str
    name: str
    text: str
    slots: tuple[SlotDraft, ...]


_DAY = (
    SlotDraft(
        7 * 60,
        "早安干货",
        Scene.ENABLE,
        ContentType.VALUE,
        "早上好。今天的一个小知识：换季时先把洁面换温和，再谈功效，皮肤会舒服很多。",
    ),
    SlotDraft(
        8 * 60,
        "今日话题",
        Scene.INTERACT,
        ContentType.INTERACTION,
        "今天聊聊：您最近最离不开的一件东西是什么？说说理由，晚上挑三位送小样。",
    ),
    SlotDraft(
        10 * 60,
        "互动与福利预告",
        Scene.INTERACT,
        ContentType.INTERACTION,
        "中午 12 点有一份群里专属的福利。想要的回复 1，我先替您记下。",
    ),
    SlotDraft(
        12 * 60,
        "午间秒杀",
        Scene.SALES,
        ContentType.MARKETING,
        "福利开始了，数量有限，点开就能看到价格和剩余。付款后当天安排发货。",
    ),
    SlotDraft(
        15 * 60,
        "晒单时间",
        Scene.INTERACT,
        ContentType.CULTURE,
        "收到货的朋友晒一晒吧。照片和真实感受都好，用着不合适的也请直说，我来处理。",
    ),
    SlotDraft(
        20 * 60,
        "直播与接龙",
        Scene.SALES,
        ContentType.MARKETING,
        "今晚的直播开始了，想要清单里哪一样，按顺序接龙，我按名单留货。",
    ),
    SlotDraft(
        21 * 60 + 30,
        "晚安与明日预告",
        Scene.ENABLE,
        ContentType.CULTURE,
        "今天谢谢各位。明天早上聊聊怎么看成分表，中午还有一份小福利。晚安。",
    ),
)

_QUIET = (
    SlotDraft(
        10 * 60,
        "使用提醒",
        Scene.ENABLE,
        ContentType.VALUE,
        "一个常见的问题：面霜一次用多少合适？黄豆大小，先在手心温一下再按开。",
    ),
    SlotDraft(
        19 * 60 + 30,
        "有问必答",
        Scene.INTERACT,
        ContentType.SERVICE,
        "今天用得顺手吗？有不舒服、想退换、不知道怎么用的，都在这里说，半小时内回复。",
    ),
)

STARTERS = (
    Starter("community_day", "社群的一天", "从早安到晚安七个时段，适合福利群和秒杀群", _DAY),
    Starter("quiet_day", "安静的一天", "一早一晚两次，适合会员群和售后群", _QUIET),
)


def find_starter(code: str) -> Starter | None:
    return next((starter for starter in STARTERS if starter.code == code), None)
