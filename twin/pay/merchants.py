"""Merchants, their keys, and the keys WeChat Pay signs with for them."""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from twin.clock import SHANGHAI
from twin.context import Twin
from twin.pay import crypto
from twin.store import dump, load

MODES = ("public_key", "certificate")


class BadMerchant(ValueError):
    """The merchant cannot be set up as asked."""


@dataclass(frozen=True)
class Signer:
    """A key of WeChat Pay and the serial or key id that names it."""

    serial: str
    private_pem: str


@dataclass(frozen=True)
class Merchant:
    """One merchant; ``signing`` is the key its notifications are signed with."""

    mchid: str
    name: str
    appids: tuple[str, ...]
    apiv3_key: str
    serial: str
    public_pem: str
    private_pem: str | None
    wxpay_key_id: str
    wxpay_private_pem: str
    signing: str


def find_merchant(twin: Twin, mchid: str) -> Merchant | None:
    """The merchant with this number."""
    row = twin.store.row("SELECT * FROM pay_merchant WHERE mchid = ?", (mchid,))
    return Merchant(**{**row, "appids": tuple(load(row["appids"]))}) if row else None


def get_merchant(twin: Twin, mchid: str) -> Merchant:
    """The merchant with this number, which is known to exist."""
    found = find_merchant(twin, mchid)
    assert found is not None, mchid
    return found


def save_merchant(twin: Twin, wanted: dict[str, Any]) -> Merchant:
    """Create a merchant or change what ``wanted`` names of it. Raises BadMerchant."""
    mchid = str(wanted.get("mchid", ""))
    old = find_merchant(twin, mchid)
    apiv3_key = wanted.get("apiv3_key") or (old.apiv3_key if old else "")
    if not re.fullmatch(r"[0-9]{8,10}", mchid) or len(apiv3_key.encode()) != 32:
        raise BadMerchant("mchid is 8 to 10 digits, apiv3_key 32 bytes")
    signing = wanted.get("signing") or (old.signing if old else "public_key")
    if signing not in MODES:
        raise BadMerchant(f"signing is one of {', '.join(MODES)}")
    twin.store.upsert(
        "pay_merchant",
        mchid=mchid,
        name=wanted.get("name") or (old.name if old else f"商户{mchid}"),
        appids=dump(_appids(wanted, old)),
        apiv3_key=apiv3_key,
        signing=signing,
        **_merchant_keys(wanted, old),
        **_wxpay_keys(mchid, old),
    )
    return get_merchant(twin, mchid)


def _appids(wanted: dict[str, Any], old: Merchant | None) -> list[str]:
    """A merchant may be bound to several appids; naming one more keeps the others."""
    named = [*(old.appids if old else ()), *wanted.get("appids", [])]
    if wanted.get("appid"):
        named.append(wanted["appid"])
    if not named:
        raise BadMerchant("appid is missing")
    return list(dict.fromkeys(named))


def _merchant_keys(wanted: dict[str, Any], old: Merchant | None) -> dict[str, str | None]:
    """The key given, the one we have, or a new pair whose private half we hand out."""
    if wanted.get("public_key_pem"):
        try:
            public = crypto.public_pem_from(wanted["public_key_pem"])
        except crypto.NotAKey as error:
            raise BadMerchant("public_key_pem is no RSA key or certificate") from error
        private = old.private_pem if old and old.public_pem == public else None
    elif old:
        public, private = old.public_pem, old.private_pem
    else:
        private = crypto.new_private_pem()
        public = crypto.public_pem_of(private)
    serial = wanted.get("serial") or (old.serial if old else crypto.new_serial())
    return {"serial": serial, "public_pem": public, "private_pem": private}


def _wxpay_keys(mchid: str, old: Merchant | None) -> dict[str, str]:
    """Each merchant has a WeChat Pay public key of its own."""
    if old:
        return {"wxpay_key_id": old.wxpay_key_id, "wxpay_private_pem": old.wxpay_private_pem}
    key_id = f"PUB_KEY_ID_0{mchid}{secrets.randbelow(10**14):014d}"
    return {"wxpay_key_id": key_id, "wxpay_private_pem": crypto.new_private_pem()}


def describe(twin: Twin, merchant: Merchant) -> dict[str, Any]:
    """What the merchant platform would show its administrator."""
    return {
        "mchid": merchant.mchid,
        "name": merchant.name,
        "appids": list(merchant.appids),
        "serial": merchant.serial,
        "private_key_pem": merchant.private_pem,
        "public_key_id": merchant.wxpay_key_id,
        "public_key_pem": crypto.public_pem_of(merchant.wxpay_private_pem),
        "signing": merchant.signing,
        "apiv3_key": merchant.apiv3_key,
    }


def certificates(twin: Twin) -> list[dict[str, Any]]:
    """The platform certificates, newest first; the first is made when it is needed."""
    found = twin.store.rows("SELECT * FROM pay_certificate ORDER BY id DESC")
    return found or [add_certificate(twin)]


def add_certificate(twin: Twin) -> dict[str, Any]:
    """Rotate: a new platform certificate, which signs from now on beside the old ones."""
    serial, private = crypto.new_serial(), crypto.new_private_pem()
    pem, start, end = crypto.self_signed(private, serial, "Tenpay.com Twin")
    twin.store.insert(
        "pay_certificate",
        serial=serial,
        private_pem=private,
        pem=pem,
        effective_time=start.astimezone(SHANGHAI).isoformat(),
        expire_time=end.astimezone(SHANGHAI).isoformat(),
    )
    return certificates(twin)[0]


def signer_for(twin: Twin, merchant: Merchant, asked: str = "") -> Signer | None:
    """The key to sign with: the one asked for by serial, else the merchant's own mode.

    None when the serial asked for is none of ours.
    """
    if asked == merchant.wxpay_key_id or (not asked and merchant.signing == "public_key"):
        return Signer(merchant.wxpay_key_id, merchant.wxpay_private_pem)
    for row in certificates(twin):
        if asked in ("", row["serial"]):
            return Signer(row["serial"], row["private_pem"])
    return None
