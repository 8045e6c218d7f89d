"""Asking for money, and deciding about it (docs/rules.md, 提现).

The balance is taken by one conditional statement on the guide's account: it can be taken
once, however many ask at the same moment.
"""

from django.db import transaction
from django.db.models import BigIntegerField, F, Subquery, Sum
from django.db.models.functions import Coalesce

from core import audit, clock
from core.errors import InvalidInput
from core.ids import random_text
from core.locks import lock_objects
from core.models import Entry
from core.money import format_yuan
from distribution.contracts import (
    STATE_ACCOUNTS,
    PayoutAmountRefused,
    PayoutDayFull,
    PayoutOpen,
    PayoutStateRefused,
    PayoutTooMuch,
    RealNameNeeded,
    party,
)
from distribution.models import PayoutAccount, Withdrawal
from distribution.rules import PayoutRules
from distribution.selectors.payouts import (
    OPEN_STATES,
    drawn_since,
    payout_rules_of,
    tax_for,
)
from distribution.services import postings
from distribution.services.payout_accounts import account_of, keep_real_name
from distribution.services.payout_queue import owe_payout
from distribution.services.payout_settling import give_back
from org.models import Staff

State = Withdrawal.State

NAME_FROM_FEN = 200_000
"""From this transfer on the platform compares the payee's real name."""


@transaction.atomic
def ask_withdrawal(*, guide: Staff, gross_fen: int, real_name: str = "") -> Withdrawal:
    """Take `gross_fen` off the guide's balance and promise it; above a limit a person agrees.

    Refuses `PayoutAmountRefused`, `PayoutTooMuch`, `PayoutOpen`, `PayoutDayFull` and
    `RealNameNeeded`. Locks: the account. Source: docs/rules.md, 提现.
    """
    rules = payout_rules_of(guide)
    account = account_of(guide)
    _refuse_amount(rules, gross_fen)
    if not _reserve(account, gross_fen):
        raise PayoutTooMuch

    account.refresh_from_db()
    _refuse_open(guide)
    _refuse_day(rules, guide, gross_fen)
    keep_real_name(account, real_name)
    row = _create(rules, guide, gross_fen)
    if row.amount_fen >= NAME_FROM_FEN and not account.real_name:
        raise RealNameNeeded
    postings.reserve_payout(row)

    audit.record("distribution.payout.asked", row, after={"gross_fen": gross_fen})
    if row.state == State.APPROVED:
        owe_payout(row, due_at=account.usable_at)
    return row


def _reserve(account: PayoutAccount, gross_fen: int) -> bool:
    """One statement: take it if settled commission less all that was drawn covers it.

    Two at once wait for the row, and the second sees what the first has drawn.
    """
    settled = Entry.objects.filter(account=STATE_ACCOUNTS["settled"], party=party(account.guide_id))
    total = settled.order_by().values("account").annotate(fen=-Sum("amount_fen")).values("fen")
    covered = PayoutAccount.objects.filter(
        pk=account.pk,
        drawn_fen__lte=Coalesce(Subquery(total, output_field=BigIntegerField()), 0) - gross_fen,
    )
    return bool(covered.update(drawn_fen=F("drawn_fen") + gross_fen))


def _refuse_amount(rules: PayoutRules, gross_fen: int) -> None:
    if not rules.least_fen <= gross_fen <= rules.most_fen:
        low, high = format_yuan(rules.least_fen), format_yuan(rules.most_fen)
        raise PayoutAmountRefused(f"每笔可提 {low} 到 {high}")


def _refuse_open(guide: Staff) -> None:
    if Withdrawal.objects.filter(guide=guide, state__in=OPEN_STATES).exists():
        raise PayoutOpen


def _refuse_day(rules: PayoutRules, guide: Staff, gross_fen: int) -> None:
    drawn, _ = drawn_since(guide, clock.day_start(clock.today()))
    if drawn + gross_fen > rules.most_daily_fen:
        left = max(0, rules.most_daily_fen - drawn)
        raise PayoutDayFull(
            f"今天还能提 {format_yuan(left)}，每天最多 {format_yuan(rules.most_daily_fen)}"
        )


def _create(rules: PayoutRules, guide: Staff, gross_fen: int) -> Withdrawal:
    """The numbered request. Call holding the account's lock."""
    now, today = clock.now(), clock.today()
    tax = tax_for(rules, guide, gross_fen)
    is_free = gross_fen <= rules.approve_above_fen
    return Withdrawal.objects.create(
        out_bill_no=f"TX{today:%y%m%d}{random_text(100)}",
        guide=guide,
        state=State.APPROVED if is_free else State.ASKED,
        gross_fen=gross_fen,
        tax_fen=tax,
        amount_fen=gross_fen - tax,
        tax_profile=rules.tax_profile.value,
        remark=f"{today.month}月佣金",
        asked_at=now,
        decided_at=now if is_free else None,
    )


@transaction.atomic
def approve_withdrawal(*, withdrawal: Withdrawal) -> None:
    """Agree to what was asked; the sending is owed from here on."""
    asked = Withdrawal.objects.filter(pk=withdrawal.pk, state=State.ASKED)
    if not asked.update(state=State.APPROVED, decided_at=clock.now()):
        raise PayoutStateRefused
    owe_payout(withdrawal, due_at=account_of(withdrawal.guide).usable_at)
    audit.record("distribution.payout.approved", withdrawal)


@transaction.atomic
def decline_withdrawal(*, withdrawal: Withdrawal, reason: str) -> None:
    """Say no, with the reason that the guide reads; the money is back in the balance.

    Locks: the withdrawal.
    """
    if not reason.strip():
        raise InvalidInput("请写明不同意的理由，导购会看到")
    (row,) = lock_objects(Withdrawal, [withdrawal.pk])
    if row.state != State.ASKED:
        raise PayoutStateRefused
    give_back(row, State.CANCELLED, f"没有同意：{reason.strip()}")
    audit.record("distribution.payout.declined", row, reason=reason.strip()[:200])


@transaction.atomic
def cancel_withdrawal(*, withdrawal: Withdrawal, reason: str) -> None:
    """Take a request back: at once where nothing was sent, else the platform is asked to.

    Refuses `PayoutStateRefused` once it has ended. Locks: the withdrawal.
    """
    (row,) = lock_objects(Withdrawal, [withdrawal.pk])
    if row.state not in OPEN_STATES:
        raise PayoutStateRefused
    if row.state in (State.ASKED, State.APPROVED):
        give_back(row, State.CANCELLED, reason[:120])
    else:
        row.cancel_asked_at = row.cancel_asked_at or clock.now()
        row.save(update_fields=["cancel_asked_at"])
        owe_payout(row)
    audit.record("distribution.payout.cancelled", row, reason=reason[:200])
