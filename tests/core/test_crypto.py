"""Ciphertext at rest, bound to its tenant, found by a blind index, moved to a new key."""

from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from django.db import connection

from core.crypto import (
    KeyMissing,
    blind_index,
    current_key_id,
    decrypt,
    encrypt,
    mask_phone,
    normal_phone,
)
from core.rotation import count_old, encrypted_columns, rotate_keys
from members.models import Member
from tenants.context import entered
from tests.conftest import tenant_called
from tests.world import World

pytestmark = pytest.mark.django_db

PHONE = "13800138000"


def _stored(member: Member) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM members_member WHERE id = %s", [member.pk])
        return str(cursor.fetchone()[0])


@pytest.fixture
def member(world: World) -> Member:
    Member.objects.filter(pk=world.eve.pk).update(phone=PHONE)
    return Member.objects.get(pk=world.eve.pk)


def test_the_database_holds_no_plain_phone(member: Member) -> None:
    assert member.phone == PHONE
    assert PHONE not in _stored(member)
    assert _stored(member).startswith(f"{current_key_id()}:")


def test_the_same_text_is_never_the_same_ciphertext() -> None:
    assert encrypt(PHONE) != encrypt(PHONE)


def test_a_ciphertext_copied_into_another_tenant_does_not_open(member: Member) -> None:
    stored = _stored(member)
    with entered(tenant_called("breeze")), pytest.raises(InvalidTag):
        decrypt(stored)


def test_the_same_phone_has_another_index_in_another_tenant() -> None:
    here = blind_index(PHONE)
    assert here == blind_index(PHONE)
    with entered(tenant_called("breeze")):
        assert blind_index(PHONE) != here


def test_a_ciphertext_of_an_unknown_key_says_which_key_is_missing() -> None:
    with pytest.raises(KeyMissing, match="lost"):
        decrypt("lost:AAAA")


def test_rotation_moves_every_row_and_the_old_key_may_go(member: Member, settings: Any) -> None:
    settings.SIYU_FIELD_KEYS = f"new={'7b' * 32},{settings.SIYU_FIELD_KEYS}"
    assert member.phone == PHONE
    assert count_old() >= 1

    assert rotate_keys()["members_member.phone"] == 1

    assert count_old() == 0
    settings.SIYU_FIELD_KEYS = f"new={'7b' * 32}"
    assert Member.objects.get(pk=member.pk).phone == PHONE
    assert sum(rotate_keys().values()) == 0


def test_rotation_knows_every_encrypted_column() -> None:
    names = {f"{model._meta.db_table}.{column}" for model, column in encrypted_columns()}
    assert {
        "members_member.phone",
        "mall_order.receiver",
        "org_staff.phone",
        "wecom_wecomapp.secret",
        "wechatpay_paymerchant.apiv3_key",
        "wechatpay_paymerchant.private_key_pem",
    } <= names


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("13800138000", PHONE),
        ("+86 138 0013 8000", PHONE),
        ("86-13800138000", PHONE),
        ("'13800138000", PHONE),
        ("1******8000", ""),
        ("138****8000", ""),
        ("12800138000", ""),
        ("1380013800", ""),
        ("", ""),
    ],
)
def test_only_a_whole_mainland_mobile_is_a_phone(text: str, phone: str) -> None:
    assert normal_phone(text) == phone


def test_a_phone_is_shown_masked() -> None:
    assert mask_phone(PHONE) == "138****8000"
    assert mask_phone("") == ""
