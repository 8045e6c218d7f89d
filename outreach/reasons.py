"""Why a touch did not go out, or went out late: stable codes and what they say."""

NOT_FRIEND = "not_friend"
OPTED_OUT = "opted_out"
GUIDE_ONLY = "guide_only"
QUIET = "quiet"
QUIET_LATE = "quiet_late"
LATE = "late"
CAPPED_DAY = "capped_day"
CAPPED_WEEK = "capped_week"
CAPPED_MONTH = "capped_month"
COOLING = "cooling"
COOLING_LATE = "cooling_late"
QUOTA = "quota"
HOLDOUT = "holdout"
OUTBID = "outbid"
SENDER_GONE = "sender_gone"
REFUSED = "refused"
BUSY = "busy"
UNREACHABLE = "unreachable"
OVER_QUOTA = "over_quota"
NOT_CONFIRMED = "not_confirmed"
NO_RESULT = "no_result"
UNANSWERED = "unanswered"
CANCELLED = "cancelled"
GIVEN_UP = "given_up"

REASONS = {
    NOT_FRIEND: "客户已不是这位导购的好友",
    OPTED_OUT: "客户不接收主动消息",
    GUIDE_ONLY: "客户只接收导购的消息，不接收总部的",
    QUIET: "静默时段，等到时段结束再发",
    QUIET_LATE: "静默时段结束时已超过截止时间",
    LATE: "轮到判定时已超过截止时间",
    CAPPED_DAY: "已达每天的营销上限",
    CAPPED_WEEK: "已达每周的营销上限",
    CAPPED_MONTH: "已达每月的营销上限",
    COOLING: "距上一次群发太近，等冷却期过后再发",
    COOLING_LATE: "冷却期结束时已超过截止时间",
    QUOTA: "企业微信的群发额度已用完",
    HOLDOUT: "留白组，有意不发，用来衡量效果",
    OUTBID: "让位给同期更重要的触达",
    SENDER_GONE: "导购已停用或没有企业微信账号",
    REFUSED: "平台拒绝了这次群发",
    BUSY: "平台繁忙，重试 3 次仍未成功",
    UNREACHABLE: "平台不接受这位收件人",
    OVER_QUOTA: "客户已收到其他群发，超过企业微信额度",
    NOT_CONFIRMED: "导购在截止时间前没有确认发送",
    NO_RESULT: "导购已确认，平台没有给出送达结果",
    UNANSWERED: "截止一周后平台仍不回答结果，不知道有没有发出",
    CANCELLED: "触达已取消",
    GIVEN_UP: "结果查不明，由人决定不再发送",
}
"""Each code is at most 16 characters: it stands on every touch."""


def reason_text(code: str) -> str:
    return REASONS.get(code, code)
