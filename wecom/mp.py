"""Calls to a 公众号: customer login, its token and its script ticket."""

import hashlib

from django.conf import settings

from wecom.answers import Json, ask, errcode_of
from wecom.errcodes import TOKEN_REJECTED, failure
from wecom.models import MpAccount
from wecom.tokens import Tokens


class MpClient:
    """Every method raises `PortFailure` only."""

    def __init__(self, account: MpAccount) -> None:
        self.appid = account.appid
        self._secret = account.secret
        whole = f"{account.appid}\n{account.secret}"
        self._identity = hashlib.sha256(whole.encode()).hexdigest()[:32]
        self._tokens = Tokens(f"mp:{self._identity}", self._fetch_token)

    def exchange_code(self, code: str) -> Json:
        """Who the one-time code of the login page belongs to; a code works once."""
        answer = ask(
            "GET",
            f"{settings.WECHAT_API_BASE}/sns/oauth2/access_token",
            params={
                "appid": self.appid,
                "secret": self._secret,
                "code": code,
                "grant_type": "authorization_code",
            },
            repeatable=False,
        )
        return self._judge(answer)

    def read_profile(self, access_token: str, openid: str) -> Json:
        """The nickname, with the token that came for a consented login."""
        params = {"access_token": access_token, "openid": openid, "lang": "zh_CN"}
        return self._judge(ask("GET", f"{settings.WECHAT_API_BASE}/sns/userinfo", params=params))

    def ticket(self) -> str:
        return Tokens(f"mp-ticket:{self._identity}", self._fetch_ticket).current()

    def check_secret(self) -> None:
        """Ask for a token once, past the cache."""
        self._fetch_token()

    def _fetch_token(self) -> tuple[str, int]:
        """The stable token: asking again gives the same one, so processes agree."""
        body = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self._secret,
        }
        url = f"{settings.WECHAT_API_BASE}/cgi-bin/stable_token"
        answer = self._judge(ask("POST", url, params={}, body=body, seconds=3.0))
        return _grant(answer, "access_token")

    def _fetch_ticket(self) -> tuple[str, int]:
        token = self._tokens.current()
        answer = self._ask_ticket(token)
        if errcode_of(answer) in TOKEN_REJECTED:
            answer = self._ask_ticket(self._tokens.renew(token))
        return _grant(self._judge(answer), "ticket")

    def _ask_ticket(self, token: str) -> Json:
        url = f"{settings.WECHAT_API_BASE}/cgi-bin/ticket/getticket"
        return ask("GET", url, params={"access_token": token, "type": "jsapi"})

    def _judge(self, answer: Json) -> Json:
        errcode = errcode_of(answer)
        if errcode:
            raise failure(errcode)
        return answer


def _grant(answer: Json, field: str) -> tuple[str, int]:
    if not answer.get(field):
        raise failure(-1)
    return str(answer[field]), int(answer.get("expires_in") or 7200)
