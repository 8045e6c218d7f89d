"""收款确认 on the customer host: bound to the first WeChat that agrees, closed to any other."""

from collections.abc import Iterator

import pytest

from core import clock, ports
from distribution.contracts import PayoutGateway, TransferState
from distribution.models import PayoutAccount, Withdrawal
from distribution.services import ask_withdrawal
from members.contracts import PageSignature, PageSigner
from members.models import Customer, Member
from tests.distribution.payees import PAYER, FakeTransfers, advance, bind, earn
from tests.pages.shop.kit import browser_of, stranger
from tests.world import World

pytestmark = pytest.mark.django_db

State = Withdrawal.State


class FakeSigner:
    def sign_customer_page(self, url: str) -> PageSignature:
        return PageSignature(PAYER.appid, 1, "n", "s")

    sign_staff_page = sign_staff_agent = sign_customer_page


@pytest.fixture
def bank() -> Iterator[FakeTransfers]:
    fake = FakeTransfers()
    formers = ports.swap(PayoutGateway, fake), ports.swap(PageSigner, FakeSigner())
    yield fake
    ports.swap(PayoutGateway, formers[0])
    ports.swap(PageSigner, formers[1])


@pytest.fixture
def row(world: World, bank: FakeTransfers) -> Withdrawal:
    earn(world.cai, 15_000)
    return ask_withdrawal(guide=world.cai, gross_fen=8_800)


def login(openid: str) -> Customer:
    member = Member.objects.create(source="test", created_at=clock.now())
    return Customer.objects.create(
        member=member,
        appid=PAYER.appid,
        openid=openid,
        created_at=clock.now(),
        last_seen_at=clock.now(),
    )


@pytest.fixture
def me(db: None) -> Customer:
    return login("o_cai")


def test_a_stranger_is_led_to_the_login_and_back(row: Withdrawal) -> None:
    answer = stranger().get(f"/payout/{row.token}")

    assert answer.status_code == 302
    assert answer["Location"] == f"/login?next=%2Fpayout%2F{row.token}"


def test_the_first_visit_shows_name_and_amount_and_binds_on_agreement(
    row: Withdrawal, me: Customer, bank: FakeTransfers
) -> None:
    browser = browser_of(me)
    page = browser.get(f"/payout/{row.token}").content.decode()
    assert "蔡的佣金" in page
    assert "¥88.00" in page
    assert PayoutAccount.objects.get().openid == "", "looking binds nobody"

    assert browser.post(f"/payout/{row.token}/bind").status_code == 302

    assert PayoutAccount.objects.get().openid == "o_cai"
    assert advance(row).state == State.WAITING
    page = browser.get(f"/payout/{row.token}").content.decode()
    assert '"package": "ABBQ1"' in page
    assert "requestMerchantTransfer" in page


def test_another_wechat_sees_nothing_and_binds_nothing(row: Withdrawal, me: Customer) -> None:
    bind(row.guide)
    other = browser_of(login("o_thief"))

    for answer in (other.get(f"/payout/{row.token}"), other.post(f"/payout/{row.token}/bind")):
        page = answer.content.decode()
        assert answer.status_code == 403
        assert not any(secret in page for secret in ("蔡", "88.00", row.token))
    assert other.get(f"/payout/{row.token}/state").status_code == 403
    assert PayoutAccount.objects.get().openid == "o_cai"


def test_a_token_nobody_gave_is_not_there(row: Withdrawal, me: Customer) -> None:
    for token in ("x" * 26, row.public_id):
        assert browser_of(me).get(f"/payout/{token}").status_code == 404


def test_an_ended_withdrawal_binds_nobody(row: Withdrawal, me: Customer) -> None:
    Withdrawal.objects.filter(pk=row.pk).update(state=State.CANCELLED)

    browser_of(me).post(f"/payout/{row.token}/bind")

    assert PayoutAccount.objects.get().openid == ""


def test_the_page_draws_itself_anew_when_something_has_changed(
    row: Withdrawal, me: Customer, bank: FakeTransfers
) -> None:
    bind(row.guide)
    browser = browser_of(me)

    assert browser.get(f"/payout/{row.token}/state?was=approved").status_code == 204
    advance(row)
    changed = browser.get(f"/payout/{row.token}/state?was=approved")
    assert (changed.status_code, changed["HX-Refresh"]) == (200, "true")


def test_once_the_browser_says_so_the_platform_is_asked(
    row: Withdrawal, me: Customer, bank: FakeTransfers
) -> None:
    bind(row.guide)
    advance(row)
    address = f"/payout/{row.token}/state?was=waiting_confirm"
    bank.end(row.out_bill_no, TransferState.SUCCESS)

    browser = browser_of(me)
    assert browser.get(address).status_code == 204, "nobody has said anything"
    assert browser.get(f"{address}&said=ok").status_code == 200

    assert "已到微信零钱" in browser.get(f"/payout/{row.token}").content.decode()
