"""The twin's admin API, and a merchant connected to it as a brand would connect itself."""

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from core.ids import random_text
from wechatpay.services import connect_wechatpay
from wecom.checks import callback_url
from wecom.models import WecomApp
from wecom.services import connect_mp, connect_wecom

VERIFY_TRIES = 10


class Upstream:
    """Asks the twin to do what people do at WeCom, WeChat and WeChat Pay."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = httpx.Client(base_url=base, timeout=30)

    def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = self.http.post(f"/_twin/{path}", json=body)
        if answer.status_code >= 400:
            raise RuntimeError(f"孪生拒绝了 {path}：{answer.text[:300]}")
        return dict(answer.json())

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.http.get(f"/_twin/{path}", params=query)
        answer.raise_for_status()
        return dict(answer.json())

    def set_clock(self, seconds: int) -> None:
        self.post("clock", offset_seconds=seconds)

    def authorise(self, url: str, person: str) -> str:
        """The code that a person who agrees brings back from the authorize page."""
        phone = httpx.Client(base_url=self.base, timeout=30)
        phone.post(f"/phone/be/{person}")
        answer = phone.get(url, follow_redirects=False)
        if answer.status_code == 200:
            answer = phone.post(url, data={"decision": "allow"}, follow_redirects=False)
        while answer.status_code in (302, 303) and "code=" not in answer.headers["location"]:
            answer = phone.get(answer.headers["location"], follow_redirects=False)
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]


def ids_of(slug: str) -> dict[str, str]:
    """The made-up names of a demo merchant at its platforms."""
    return {
        "corp_id": f"ww{slug}0000000000"[:18],
        "appid": f"wx{slug}00000000"[:18],
        "mchid": {"aurora": "1900000001", "breeze": "1900000002"}.get(slug, "1900000009"),
    }


def connect_everything(
    upstream: Upstream, slug: str, name: str, guides: list[tuple[str, str]]
) -> None:
    """Make the corp, the 公众号 and the merchant number at the twin, then connect them."""
    ids = ids_of(slug)
    upstream.post(
        "mps",
        appid=ids["appid"],
        secret=f"mp-{slug}-secret",
        name=name,
        bound_to_open_platform=True,
    )
    connect_mp(appid=ids["appid"], secret=f"mp-{slug}-secret")
    _connect_corp(upstream, slug, name, guides)
    _connect_merchant(upstream, slug, name)


def _connect_corp(upstream: Upstream, slug: str, name: str, guides: list[tuple[str, str]]) -> None:
    ids, secret = ids_of(slug), f"corp-{slug}-secret"
    upstream.post(
        "corps",
        corp_id=ids["corp_id"],
        name=name,
        agent_id=1000002,
        secret=secret,
        mp_appid_bound=ids["appid"],
    )
    for userid, person in guides:
        upstream.post(
            f"corps/{ids['corp_id']}/members", userid=userid, name=person, contact_enabled=True
        )
    connect_wecom(
        corp_id=ids["corp_id"],
        agent_id="1000002",
        secret=secret,
        token=random_text(100),
        aes_key=_aes_key(),
    )


def _aes_key() -> str:
    """43 letters and digits whose last one leaves no stray bits."""
    return (random_text(300)[:42] + "A")[:43]


def register_callback(upstream: Upstream, slug: str) -> None:
    """Save the callback address at the corp, which asks our web process to prove itself.

    WeCom waits one second for the proof; a web process that has just started may need
    longer for its first answer, so the button is pressed again, as a person would.
    """
    app = WecomApp.objects.get(corp_id=ids_of(slug)["corp_id"])
    saved: dict[str, Any] = {}
    for _ in range(VERIFY_TRIES):
        saved = upstream.post(
            f"corps/{app.corp_id}/callback",
            url=callback_url(app),
            token=app.token,
            aes_key=app.aes_key,
        )
        if saved.get("ok"):
            return
        time.sleep(1)
    raise RuntimeError(f"回调地址没有通过验证：{saved}")


def _connect_merchant(upstream: Upstream, slug: str, name: str) -> None:
    ids, apiv3_key = ids_of(slug), random_text(200)[:32]
    made = upstream.post(
        "merchants", mchid=ids["mchid"], appid=ids["appid"], apiv3_key=apiv3_key, name=name
    )
    connect_wechatpay(
        mchid=ids["mchid"],
        appid=ids["appid"],
        serial=made["serial"],
        private_key_pem=made["private_key_pem"],
        apiv3_key=apiv3_key,
        public_key_id=made["public_key_id"],
        public_key_pem=made["public_key_pem"],
    )
