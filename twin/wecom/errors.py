"""How WeCom says no."""

import secrets
import time
from typing import Any

# The English heads of errmsg; anything else gets "invalid request".
HEADS = {
    -1: "system error",
    40001: "invalid credential",
    40003: "invalid userid",
    40004: "invalid media type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40029: "invalid code",
    40033: "invalid charset. please use utf-8 or no \\uxxxx characters",
    40058: "invalid Request Parameter",
    40068: "invalid tagid",
    40071: "tagname already used",
    40072: "invalid tag name size",
    40096: "invalid external userid",
    40123: "invalid image format",
    40126: "corp tag count over limit",
    41001: "access_token missing",
    41002: "corpid missing",
    41004: "secret missing",
    41035: "missing external userid",
    41044: "invalid config_id",
    41045: "contact way count over limit",
    41046: "missing msgid",
    41047: "invalid msgid",
    41048: "no available external contact",
    41050: "invalid welcome code",
    41051: "externaluser has started chatting",
    41063: "group msg is being dispatched",
    41091: "too many chat ids",
    41093: "group msg task canceled",
    41094: "remind group msg freq out of limit",
    41096: "welcome msg is being distributed",
    42001: "access_token expired",
    42022: "code has been used",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    47001: "data format error",
    48002: "api forbidden",
    50001: "redirect_uri domain not trusted",
    60011: "no privilege to access/modify contact/party/agent",
    60020: "not allow to access from your ip",
    60111: "userid not found",
    60123: "invalid party id",
    81011: "no permission to operate tag",
    81013: "user & party & tag all invalid",
    84014: "user ticket expired",
    84015: "invalid user ticket",
    84061: "not external contact",
    84074: "no permission of external contact",
    86001: "invalid chat id",
    86003: "chat id not exist",
    81017: "request count over limit",
    301002: "not allow operate another agent with this accesstoken",
}


class Refused(Exception):
    """A business error; nothing the call did is kept. ``extra`` fields appear in the answer."""

    def __init__(self, errcode: int, detail: str = "", **extra: Any) -> None:
        super().__init__(f"{errcode} {detail}")
        self.errcode, self.detail, self.extra = errcode, detail, extra


def error_body(errcode: int, detail: str = "", **extra: Any) -> dict[str, Any]:
    """The body of a refusal, with the suffix that nobody may match on (page 90930)."""
    head = HEADS.get(errcode, "invalid request")
    if detail:
        head = f"{head}: {detail}"
    hint = f"[{int(time.time())}_{secrets.randbelow(99)}_{secrets.token_hex(16)}]"
    message = (
        f"{head}, hint: {hint}, from ip: 127.0.0.1, "
        f"more info at https://open.work.weixin.qq.com/devtool/query?e={errcode}"
    )
    return {"errcode": errcode, "errmsg": message, **extra}
