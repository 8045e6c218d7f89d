"""Verifying with platform certificates: fetched once, kept, and asked for sparingly."""

import datetime as dt

import pytest

from core import clock
from tests.wechatpay.conftest import Till
from wechatpay.gateway import WechatPayGateway
from wechatpay.models import PayMerchant, PlatformCertificate
from wechatpay.platform_keys import fetch_certificates, find_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def old_till(till: Till) -> Till:
    """A merchant that knows no public key of WeChat Pay."""
    PayMerchant.objects.update(public_key_id="", public_key_pem="")
    till.merchant.refresh_from_db()
    return till


def test_the_first_answer_brings_the_certificates(old_till: Till) -> None:
    later = clock.real_now() + dt.timedelta(minutes=15)

    prepay_id = WechatPayGateway().create_jsapi("SIYUCERT0001", 100, "x", old_till.openid, later)

    assert prepay_id
    row = PlatformCertificate.objects.get()
    assert row.expires_at > clock.real_now()
    assert WechatPayGateway().query("SIYUCERT0001") is not None


def test_invented_serials_ask_once_a_minute(old_till: Till) -> None:
    found = [find_key(old_till.merchant, f"{number:040X}") for number in range(5)]

    assert found == [None] * 5
    asked_at = PayMerchant.objects.get().certificates_asked_at
    assert asked_at is not None
    assert PlatformCertificate.objects.count() == 1


def test_a_public_key_of_another_name_is_never_asked_for(till: Till) -> None:
    assert find_key(till.merchant, "PUB_KEY_ID_0000000000000000000000000001") is None
    assert PayMerchant.objects.get().certificates_asked_at is None


def test_an_expired_certificate_verifies_nothing(old_till: Till) -> None:
    fetch_certificates(old_till.merchant)
    row = PlatformCertificate.objects.get()
    assert find_key(old_till.merchant, row.serial) == row.pem

    PlatformCertificate.objects.update(expires_at=clock.real_now())
    PayMerchant.objects.update(certificates_asked_at=clock.real_now())

    assert find_key(old_till.merchant, row.serial) is None


def test_a_wrong_apiv3_key_keeps_nothing(old_till: Till) -> None:
    old_till.merchant.apiv3_key = "f" * 32

    assert fetch_certificates(old_till.merchant) == 0
    assert not PlatformCertificate.objects.exists()
