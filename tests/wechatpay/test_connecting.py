"""Connecting a merchant number, and what its check says."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from core.errors import InvalidInput
from tests.wechatpay.conftest import APIV3_KEY, KEY_ID, Till, key_pair
from wechatpay.models import PayMerchant
from wechatpay.services import check_wechatpay, connect_wechatpay

pytestmark = pytest.mark.django_db


def good() -> dict[str, str]:
    return {
        "mchid": "1900000009",
        "appid": "wxaurora000000001",
        "serial": "5A" * 20,
        "private_key_pem": key_pair("merchant")[0],
        "apiv3_key": APIV3_KEY,
        "public_key_id": KEY_ID,
        "public_key_pem": key_pair("platform")[1],
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("mchid", "abc"),
        ("appid", "公众号"),
        ("serial", "not-hex"),
        ("private_key_pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
        ("private_key_pem", ""),
        ("apiv3_key", "short"),
        ("apiv3_key", "密" * 32),
        ("public_key_id", "KEY_1"),
        ("public_key_pem", "nothing"),
    ],
)
def test_a_malformed_credential_is_refused_before_anything_is_kept(
    field: str, value: str, db: None
) -> None:
    with pytest.raises(InvalidInput):
        connect_wechatpay(**{**good(), field: value})

    assert not PayMerchant.objects.exists()


def test_doing_it_again_keeps_the_notify_address(db: None) -> None:
    first = connect_wechatpay(**good())
    again = connect_wechatpay(**{**good(), "apiv3_key": "f" * 32})

    assert again.notify_key == first.notify_key
    assert PayMerchant.objects.get().apiv3_key == "f" * 32


def test_the_command_prints_the_address_and_the_check(till: Till, tmp_path: Path) -> None:
    merchant = till.merchant
    (tmp_path / "key.pem").write_text(merchant.private_key_pem)
    (tmp_path / "public.pem").write_text(merchant.public_key_pem)
    out = StringIO()

    call_command(
        "connect_wechatpay",
        *("--tenant", "aurora", "--json", "--mchid", merchant.mchid, "--appid", merchant.appid),
        *("--serial", merchant.serial, "--private-key", str(tmp_path / "key.pem")),
        *("--apiv3-key", merchant.apiv3_key, "--public-key-id", merchant.public_key_id),
        *("--public-key", str(tmp_path / "public.pem")),
        stdout=out,
    )

    printed: dict[str, Any] = json.loads(out.getvalue())
    assert printed["notify_url"] == f"https://aurora.localhost/pay/notify/{merchant.notify_key}"
    assert printed["ok"] is True


def test_a_missing_key_file_is_one_sentence(db: None, tmp_path: Path) -> None:
    err = StringIO()

    with pytest.raises(SystemExit):
        call_command(
            "connect_wechatpay",
            *("--tenant", "aurora", "--mchid", "1900000009", "--appid", "wxaurora1"),
            *("--serial", "5A" * 20, "--private-key", str(tmp_path / "none.pem")),
            *("--apiv3-key", APIV3_KEY),
            stderr=err,
        )

    assert err.getvalue().startswith("读不到密钥文件")


def test_a_wrong_key_is_told_apart(till: Till) -> None:
    till.merchant.private_key_pem = key_pair("stranger")[0]

    (line,) = check_wechatpay(till.merchant)

    assert (line.ok, line.code) == (False, "SIGN_ERROR")


def test_certificate_mode_checks_the_apiv3_key(till: Till) -> None:
    till.merchant.public_key_id = ""

    assert [line.ok for line in check_wechatpay(till.merchant)] == [True, True]

    till.merchant.apiv3_key = "f" * 32
    assert [line.ok for line in check_wechatpay(till.merchant)] == [True, False]
