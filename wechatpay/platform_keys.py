"""WeChat Pay's own keys: the public key it named, or certificates fetched when needed."""

import datetime as dt
import re

from django.conf import settings
from django.db.models import Q, QuerySet

from core import clock
from wechatpay import signing
from wechatpay.http import Answer, NeverSent, NoAnswer, exchange
from wechatpay.models import PayMerchant, PlatformCertificate
from wechatpay.strict_json import NotJson, parse_object

PATH = "/v3/certificates"
ASK_EVERY = dt.timedelta(seconds=60)
PUBLIC_KEY_PREFIX = "PUB_KEY_ID_"


def find_key(merchant: PayMerchant, serial: str) -> str | None:
    """The PEM that a signature of this serial is verified with, or None.

    An unknown certificate is asked for once; a flood of invented serials asks once a
    minute.
    """
    if serial.startswith(PUBLIC_KEY_PREFIX):
        is_ours = bool(merchant.public_key_id) and serial == merchant.public_key_id
        return merchant.public_key_pem if is_ours else None
    known = _find_certificate(merchant, serial)
    if known is None and _may_ask(merchant):
        fetch_certificates(merchant)
        known = _find_certificate(merchant, serial)
    return known


def answer_serial(merchant: PayMerchant) -> str:
    """The key we ask WeChat Pay to sign its answers with; "" when it may choose."""
    if merchant.public_key_id:
        return merchant.public_key_id
    known = _newest_serial(merchant)
    if not known and _may_ask(merchant):
        fetch_certificates(merchant)
        known = _newest_serial(merchant)
    return known


def _newest_serial(merchant: PayMerchant) -> str:
    rows = _valid(merchant).order_by("-expires_at", "-pk")
    return rows.values_list("serial", flat=True).first() or ""


def _valid(merchant: PayMerchant) -> QuerySet[PlatformCertificate]:
    now = clock.real_now()
    return PlatformCertificate.objects.filter(
        merchant=merchant, effective_at__lte=now, expires_at__gt=now
    )


def _find_certificate(merchant: PayMerchant, serial: str) -> str | None:
    return _valid(merchant).filter(serial=serial).values_list("pem", flat=True).first()


def _may_ask(merchant: PayMerchant) -> bool:
    now = clock.real_now()
    due = Q(certificates_asked_at=None) | Q(certificates_asked_at__lt=now - ASK_EVERY)
    rows = PayMerchant.objects.filter(due, pk=merchant.pk)
    return bool(rows.update(certificates_asked_at=now))


def fetch_certificates(merchant: PayMerchant) -> int:
    """Keep what WeChat Pay hands out now; returns how many certificates it was.

    Each certificate is sealed with our APIv3 key, which proves where it comes from; where
    the answer is signed by a key we know by then, the signature must hold as well.
    """
    try:
        found = _open(merchant, _ask(merchant))
    except (NeverSent, NoAnswer, NotJson, signing.CannotOpen, ValueError, KeyError):
        return 0
    for row in found:
        fields = {
            "pem": row.pem,
            "effective_at": row.effective_at,
            "expires_at": row.expires_at,
        }
        PlatformCertificate.objects.update_or_create(
            merchant=merchant, serial=row.serial, defaults=fields
        )
    return len(found)


def _ask(merchant: PayMerchant) -> Answer:
    url = settings.WECHATPAY_API_BASE + PATH
    return exchange("GET", url, headers=_headers(merchant), content=b"", seconds=3.0)


def _headers(merchant: PayMerchant) -> dict[str, str]:
    return {
        "Accept": "application/json",
        "Authorization": signing.authorization(
            mchid=merchant.mchid,
            serial=merchant.serial,
            pem=merchant.private_key_pem,
            method="GET",
            path=PATH,
            body="",
        ),
    }


def _open(merchant: PayMerchant, answer: Answer) -> list[PlatformCertificate]:
    if answer.status != 200:
        return []
    rows = [_certificate(merchant, row) for row in parse_object(answer.body)["data"]]
    serial = answer.headers.get("Wechatpay-Serial", "")
    pems = {row.serial: row.pem for row in rows}
    if merchant.public_key_id:
        pems[merchant.public_key_id] = merchant.public_key_pem
    is_false = serial in pems and not signing.verify(
        pems[serial],
        answer.headers.get("Wechatpay-Timestamp", ""),
        answer.headers.get("Wechatpay-Nonce", ""),
        answer.body,
        answer.headers.get("Wechatpay-Signature", ""),
    )
    return [] if is_false else rows


def _certificate(merchant: PayMerchant, row: dict[str, object]) -> PlatformCertificate:
    sealed = row["encrypt_certificate"]
    if not isinstance(sealed, dict):
        raise NotJson("encrypt_certificate")
    pem = signing.open_sealed(
        merchant.apiv3_key,
        nonce=str(sealed["nonce"]),
        associated_data=str(sealed.get("associated_data") or ""),
        ciphertext=str(sealed["ciphertext"]),
    ).decode()
    signing.public_key(pem)
    serial = str(row["serial_no"])
    if not re.fullmatch(r"[0-9A-Za-z]{8,64}", serial, re.ASCII):
        raise NotJson("serial_no")
    return PlatformCertificate(
        serial=serial,
        pem=pem,
        effective_at=dt.datetime.fromisoformat(str(row["effective_time"])),
        expires_at=dt.datetime.fromisoformat(str(row["expire_time"])),
    )
