"""Fills `org.contracts.StaffDirectory` and `members.contracts.CustomerDirectory`."""

import re
from urllib.parse import urlencode

from django.conf import settings

from core.errors import InvalidInput, PortFailure
from members.contracts import CustomerIdentity
from wecom.answers import needed_at, text_at
from wecom.client import CorpClient
from wecom.mp import MpClient
from wecom.selectors import get_app, get_mp

_STATE = re.compile(r"[a-zA-Z0-9]{1,128}", re.ASCII)
_CODE = re.compile(r"[!-~]{1,512}", re.ASCII)


class WecomStaffDirectory:
    def authorize_url(self, redirect_uri: str, state: str) -> str:
        app = get_app()
        return _authorize_url(
            app.corp_id, redirect_uri, state, "snsapi_base", {"agentid": app.agent_id}
        )

    def identify(self, code: str) -> str:
        """The userid behind a one-time code; code `not_member` for somebody else's."""
        _refuse_code(code)
        answer = CorpClient(get_app()).get("auth/getuserinfo", code=code)
        userid = text_at(answer, "userid") or text_at(answer, "UserId")
        if not userid:
            raise PortFailure("not_member", "您不是这家企业的成员")
        return userid


class MpCustomerDirectory:
    def authorize_url(self, redirect_uri: str, state: str, scope: str = "snsapi_base") -> str:
        return _authorize_url(get_mp().appid, redirect_uri, state, scope, {})

    def identify(self, code: str) -> CustomerIdentity:
        """Who the code belongs to; the nickname only where they agreed to tell it."""
        _refuse_code(code)
        client = MpClient(get_mp())
        granted = client.exchange_code(code)
        openid, unionid, nickname = (
            needed_at(granted, "openid"),
            text_at(granted, "unionid"),
            "",
        )
        if "snsapi_userinfo" in text_at(granted, "scope"):
            profile = client.read_profile(needed_at(granted, "access_token"), openid)
            nickname = text_at(profile, "nickname")
            unionid = unionid or text_at(profile, "unionid")
        return CustomerIdentity(
            appid=client.appid,
            openid=openid,
            unionid=unionid,
            nickname=nickname[:80],
            is_snapshot=text_at(granted, "is_snapshotuser") == "1",
        )


def _authorize_url(
    appid: str, redirect_uri: str, state: str, scope: str, more: dict[str, str]
) -> str:
    if not _STATE.fullmatch(state):
        raise ValueError("state must be 1 to 128 letters and digits")
    query = urlencode(
        {
            "appid": appid,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": scope,
            "state": state,
            **more,
        }
    )
    return f"{settings.WECHAT_OPEN_BASE}/connect/oauth2/authorize?{query}#wechat_redirect"


def _refuse_code(code: str) -> None:
    """A code is what the browser brought: anything else is not sent upstream."""
    if not _CODE.fullmatch(code):
        raise InvalidInput("授权码无效，请重新进入")
