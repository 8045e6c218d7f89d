"""Where a guide's money goes: one WeChat, bound once by its owner, changed with a wait."""

import datetime as dt

from django.db import IntegrityError, transaction

from core import audit, clock
from core.errors import InvalidInput
from core.locks import lock_objects
from distribution.contracts import (
    PayoutNotYours,
    PayoutOpen,
    PayoutOpenidTaken,
    PayoutStateRefused,
)
from distribution.models import PayoutAccount, Withdrawal
from distribution.selectors.payouts import OPEN_STATES
from distribution.services.payout_queue import owe_payout
from org.models import Staff

COOL_OFF = dt.timedelta(hours=24)
"""How long nothing is sent after the payee or the name was changed."""

NAME_LIMIT = 40


def account_of(guide: Staff) -> PayoutAccount:
    return PayoutAccount.objects.get_or_create(guide=guide)[0]


@transaction.atomic
def bind_payout_account(*, withdrawal: Withdrawal, appid: str, openid: str) -> PayoutAccount:
    """Bind the guide's payouts to the WeChat that opened this withdrawal, once.

    The same WeChat again changes nothing. Refuses `PayoutNotYours` to another one,
    `PayoutOpenidTaken` for one that is another guide's, and `PayoutStateRefused` when the
    withdrawal has ended. Locks: the account.
    """
    (account,) = lock_objects(PayoutAccount, [account_of(withdrawal.guide).pk])
    if account.openid:
        if (account.appid, account.openid) != (appid, openid):
            raise PayoutNotYours
        return account

    if not Withdrawal.objects.filter(pk=withdrawal.pk, state__in=OPEN_STATES).exists():
        raise PayoutStateRefused
    was_bound = account.bound_at is not None
    account.appid, account.openid = appid, openid
    account.bound_at = clock.now()
    free_from = clock.now() + (COOL_OFF if was_bound else dt.timedelta(0))
    account.usable_at = max(free_from, account.usable_at or free_from)
    _save_binding(account)

    audit.record("distribution.payout.bound", withdrawal, after={"openid": openid[-4:]})
    if withdrawal.state == Withdrawal.State.APPROVED:
        owe_payout(withdrawal, due_at=account.usable_at)
    return account


def _save_binding(account: PayoutAccount) -> None:
    try:
        with transaction.atomic():
            account.save(update_fields=["appid", "openid", "bound_at", "usable_at"])
    except IntegrityError as error:
        raise PayoutOpenidTaken from error


@transaction.atomic
def release_payout_account(*, guide: Staff, reason: str) -> None:
    """Let the guide bind another WeChat; what goes there then waits for a day.

    Refuses `PayoutOpen` while a withdrawal is under way. Locks: the account.
    """
    if not reason.strip():
        raise InvalidInput("请写明为什么解除绑定")
    (account,) = lock_objects(PayoutAccount, [account_of(guide).pk])
    if Withdrawal.objects.filter(guide=guide, state__in=OPEN_STATES).exists():
        raise PayoutOpen("还有提现没有完成，完成或撤回后才能解除绑定")

    before = {"openid": account.openid[-4:]}
    account.appid = account.openid = ""
    account.save(update_fields=["appid", "openid"])

    audit.record("distribution.payout.released", account, before=before, reason=reason[:200])


def keep_real_name(account: PayoutAccount, real_name: str) -> None:
    """Keep the name that WeChat compares; another one than before starts the wait anew.

    Call holding the account's lock.
    """
    name = real_name.strip()[:NAME_LIMIT]
    if not name or name == account.real_name:
        return
    if account.real_name:
        account.usable_at = clock.now() + COOL_OFF
    account.real_name = name
    account.save(update_fields=["real_name", "usable_at"])
