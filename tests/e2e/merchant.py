"""A merchant of the play's own: provisioned, and connected to platforms made at the twin."""

import secrets
import string
from pathlib import Path
from typing import Any

from tests.e2e.plan import Plan
from tests.e2e.stage import Stage, manage, until

ALPHABET = string.ascii_letters + string.digits


def provision(stage: Stage, plan: Plan) -> dict[str, Any]:
    """What the command printed: hosts, and the admin with the password of this once."""
    made = manage("provision_tenant", "--name", plan.brand, "--slug", plan.slug)
    assert made["host"] == f"{plan.slug}.localhost"
    assert made["customer_host"] == f"m.{plan.slug}.localhost"
    return made


def connect(stage: Stage, plan: Plan, folder: Path) -> str:
    """公众号, corp and merchant number at the twin, then here by command; the mchid."""
    ids = _ids(plan)
    _connect_mp(stage, plan, ids)
    _connect_corp(stage, plan, ids)
    _connect_merchant(stage, plan, ids, folder)
    return ids["mchid"]


def corp_of(plan: Plan) -> str:
    return _ids(plan)["corp_id"]


def _ids(plan: Plan) -> dict[str, str]:
    nonce = plan.slug.removeprefix("e2e-")
    return {
        "corp_id": f"ww{nonce:0<16}"[:18],
        "appid": f"wx{nonce:0<16}"[:18],
        "mchid": f"19{int(nonce, 16) % 10**8:08d}",
    }


def _connect_mp(stage: Stage, plan: Plan, ids: dict[str, str]) -> None:
    secret = _random(32)
    stage.twin.post(
        "mps", appid=ids["appid"], secret=secret, name=plan.brand, bound_to_open_platform=True
    )
    told = manage("connect_mp", "--tenant", plan.slug, "--appid", ids["appid"], "--secret", secret)
    assert told["ok"], told


def _connect_corp(stage: Stage, plan: Plan, ids: dict[str, str]) -> None:
    secret, token, aes_key = _random(43), _random(20), _random(42) + "A"
    stage.twin.post(
        "corps",
        corp_id=ids["corp_id"],
        name=plan.brand,
        agent_id=1000002,
        secret=secret,
        mp_appid_bound=ids["appid"],
        home_url=f"{stage.staff_url}/g/",
    )
    for guide in plan.guides:
        stage.twin.post(f"corps/{ids['corp_id']}/members", userid=guide.userid, name=guide.name)
    told = manage(
        "connect_wecom", "--tenant", plan.slug, "--corp-id", ids["corp_id"], "--agent-id",
        "1000002", "--secret", secret, "--token", token, "--aes-key", aes_key,
    )  # fmt: skip
    assert told["ok"], told
    where = {"url": told["callback_url"], "token": token, "aes_key": aes_key}
    until("保存成功的回调地址", lambda: _save_callback(stage, ids["corp_id"], where))


def _save_callback(stage: Stage, corp_id: str, where: dict[str, str]) -> bool:
    """WeCom gives a cold process a second to answer; whoever saves presses again."""
    return bool(stage.twin.post(f"corps/{corp_id}/callback", **where)["ok"])


def _connect_merchant(stage: Stage, plan: Plan, ids: dict[str, str], folder: Path) -> None:
    key = _random(32)
    made = stage.twin.post(
        "merchants", mchid=ids["mchid"], appid=ids["appid"], apiv3_key=key, name=plan.brand
    )
    private, public = folder / "apiclient_key.pem", folder / "pub_key.pem"
    private.write_text(made["private_key_pem"])
    public.write_text(made["public_key_pem"])
    told = manage(
        "connect_wechatpay", "--tenant", plan.slug, "--mchid", ids["mchid"], "--appid",
        ids["appid"], "--serial", made["serial"], "--private-key", str(private), "--apiv3-key",
        key, "--public-key-id", made["public_key_id"], "--public-key", str(public),
    )  # fmt: skip
    assert told["ok"], told


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
