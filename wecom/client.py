"""Calls to WeCom in the name of a brand's app."""

import hashlib

import structlog
from django.conf import settings

from wecom import limiter
from wecom.answers import Json, ask, errcode_of
from wecom.errcodes import TOKEN_REJECTED, failure
from wecom.models import WecomApp
from wecom.tokens import Tokens

log = structlog.get_logger(__name__)


class CorpClient:
    """One app of one corp. Every method raises `PortFailure` only.

    A token belongs to the corp, the app and the secret it was got with, so neither another
    app nor a changed secret ever meets it.
    """

    def __init__(self, app: WecomApp) -> None:
        self.corp_id = app.corp_id
        self.agent_id = app.agent_id
        self._secret = app.secret
        whole = "\n".join((app.corp_id, app.agent_id, app.secret))
        self._identity = hashlib.sha256(whole.encode()).hexdigest()[:32]
        self._tokens = Tokens(f"corp:{self._identity}", self._fetch_token)

    def get(self, api: str, /, **params: str) -> Json:
        return self._call("GET", api, params, None, repeatable=True, seconds=6.0)

    def post(self, api: str, body: Json, *, repeatable: bool = True, seconds: float = 6.0) -> Json:
        """POST `body`; with `repeatable=False` a lost answer is UNKNOWN."""
        return self._call("POST", api, {}, body, repeatable=repeatable, seconds=seconds)

    def ticket(self, *, for_agent: bool) -> str:
        """The script ticket of the corp, or of the app when `for_agent`."""
        kind = "agent" if for_agent else "page"
        name = f"ticket-{kind}:{self._identity}"
        return Tokens(name, lambda: self._fetch_ticket(for_agent)).current()

    def check_secret(self) -> None:
        """Ask for a token once, past the cache; raises `PortFailure`."""
        self._fetch_token()

    def _call(
        self,
        method: str,
        api: str,
        params: dict[str, str],
        body: Json | None,
        *,
        repeatable: bool,
        seconds: float,
    ) -> Json:
        """One refresh and one retry when the token is rejected, then whatever it is."""
        limiter.admit(self.corp_id, api)
        url = f"{settings.WECOM_API_BASE}/cgi-bin/{api}"
        token = self._tokens.current()
        for attempt in (1, 2):
            query = {"access_token": token, **params}
            answer = ask(
                method, url, params=query, body=body, repeatable=repeatable, seconds=seconds
            )
            if errcode_of(answer) not in TOKEN_REJECTED or attempt == 2:
                break
            token = self._tokens.renew(token)
        return self._judge(api, answer)

    def _judge(self, api: str, answer: Json) -> Json:
        errcode = errcode_of(answer)
        if errcode == 0:
            return answer
        log.warning("wecom_refused", api=api, errcode=errcode, errmsg=str(answer.get("errmsg")))
        if errcode == 45009:
            raise failure(errcode, retry_after=limiter.pause(self.corp_id, api))
        raise failure(errcode)

    def _fetch_token(self) -> tuple[str, int]:
        answer = ask(
            "GET",
            f"{settings.WECOM_API_BASE}/cgi-bin/gettoken",
            params={"corpid": self.corp_id, "corpsecret": self._secret},
            seconds=3.0,
        )
        return self._grant(answer, "access_token")

    def _fetch_ticket(self, for_agent: bool) -> tuple[str, int]:
        if for_agent:
            answer = self.get("ticket/get", type="agent_config")
        else:
            answer = self.get("get_jsapi_ticket")
        return self._grant(answer, "ticket")

    def _grant(self, answer: Json, field: str) -> tuple[str, int]:
        if errcode_of(answer) or not answer.get(field):
            raise failure(errcode_of(answer) or -1)
        return str(answer[field]), int(answer.get("expires_in") or 7200)
