"""Payouts of the demo: one guide's money has arrived, another has not opened the code yet."""

from core import ports
from distribution.models import Withdrawal
from distribution.selectors import income_of
from distribution.services import ask_withdrawal, bind_payout_account
from members.contracts import CustomerDirectory
from org.models import Staff
from siyu.demo.pace import wait_for
from siyu.demo.upstream import Upstream, ids_of

LEAST_FEN = 100
FREE_FEN = 9_900
"""Below what a person of the merchant must agree to."""


def pay_guides(upstream: Upstream, slug: str) -> int:
    """The first two guides who can be paid ask for half; only the first one takes it."""
    asked: list[Withdrawal] = []
    for guide in Staff.objects.filter(role="guide").order_by("pk"):
        payable = income_of(guide).payable_fen
        half = min(payable // 2, FREE_FEN)
        if half >= LEAST_FEN and len(asked) < 2:
            asked.append(ask_withdrawal(guide=guide, gross_fen=half))
    for withdrawal in asked[:1]:
        _take(upstream, slug, withdrawal)
    return len(asked)


def _take(upstream: Upstream, slug: str, withdrawal: Withdrawal) -> None:
    """The guide's own WeChat scans the code, becomes the payee, and takes the money."""
    person = upstream.post("people", name=f"{withdrawal.guide.name}的微信")["person"]
    directory = ports.get(CustomerDirectory)
    url = directory.authorize_url(f"http://m.{slug}.localhost/", "demo", scope="snsapi_base")
    who = directory.identify(upstream.authorise(url, person))
    bind_payout_account(withdrawal=withdrawal, appid=who.appid, openid=who.openid)
    _await(withdrawal, Withdrawal.State.WAITING)
    upstream.post(
        "act/transfer_confirm",
        out_bill_no=withdrawal.out_bill_no,
        person=person,
        mchid=ids_of(slug)["mchid"],
    )
    _await(withdrawal, Withdrawal.State.PAID)


def _await(withdrawal: Withdrawal, state: Withdrawal.State) -> None:
    rows = Withdrawal.objects.filter(pk=withdrawal.pk, state=state)
    wait_for(f"提现{state.label}", rows.exists)
