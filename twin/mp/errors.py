"""How api.weixin.qq.com says no: errcode in the body, HTTP 200."""

import secrets
from typing import Any

HEADS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40013: "invalid appid",
    40029: "invalid code",
    40030: "invalid refresh_token",
    40125: "invalid appsecret",
    40163: "code been used",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    42001: "access_token expired",
    48001: "api unauthorized",
}


class MpRefused(Exception):
    """A business error of the 公众号 half."""

    def __init__(self, errcode: int) -> None:
        super().__init__(str(errcode))
        self.errcode = errcode

    def body(self) -> dict[str, Any]:
        """The answer, with the rid that nobody may match on."""
        head = HEADS.get(self.errcode, "invalid args")
        rid = "-".join(secrets.token_hex(4) for _ in range(3))
        return {"errcode": self.errcode, "errmsg": f"{head}, rid: {rid}"}
