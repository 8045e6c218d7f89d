"""Buyers become members by their account on the platform, and by nothing else."""

import pytest

from core.errors import Refusal
from mall.importing import Mapping
from mall.models import Order
from members.models import Identity, Member
from members.services import recognise
from tests.mall.importing.files import jd, tmall, write_csv
from tests.mall.imports.runs import run
from tests.world import World

pytestmark = pytest.mark.django_db


def generic(tmp_path, kind="generic", buyer="c1"):
    row = {"no": "N1", "at": "2024-03-01 11:16:00", "who": buyer, "sum": "10.00"}
    columns = {"order_no": "no", "placed_at": "at", "buyer": "who", "amount": "sum"}
    path = write_csv(tmp_path / "any.csv", [row])
    return run(path, "generic", mapping=Mapping(columns=columns, buyer_kind=kind))


def buyers():
    return list(Order.objects.order_by("number").values_list("member_id", flat=True))


def test_two_orders_of_one_account_belong_to_one_member(tmp_path):
    told = run(tmall(tmp_path, {"订单编号": "1"}, {"订单编号": "2", "联系手机": "'13900000000"}))

    member = Member.objects.get()
    assert buyers() == [member.pk, member.pk]
    assert told["totals"]["buyers"] == 1
    assert (member.source, member.phone) == ("tmall", "13800014606")


def test_a_member_who_is_known_by_the_account_is_found(tmp_path, world: World):
    known = recognise(identities=[("tmall", "tb14606"), ("unionid", "u1")], name="伊芙")
    run(tmall(tmp_path))

    assert buyers() == [known.pk]
    known.refresh_from_db()
    assert (known.name, known.phone) == ("伊芙", "13800014606")


def test_a_shared_phone_makes_no_two_people_one(tmp_path):
    run(tmall(tmp_path, {"订单编号": "1"}, {"订单编号": "2", "买家会员名": "tb2"}))

    assert len(set(buyers())) == 2
    assert Member.objects.values("phone_index").distinct().count() == 1


@pytest.mark.parametrize("account", ["", "t***6", "-"])
def test_a_masked_or_missing_account_is_nobody(tmp_path, account):
    told = run(tmall(tmp_path, {"买家会员名": account}, {"订单编号": "2", "买家会员名": account}))

    assert buyers() == [None, None]
    assert not Member.objects.exists()
    assert told["totals"]["buyers"] == 0
    assert told["totals"]["paid_fen"] == 6400


def test_a_masked_phone_is_kept_with_the_order_and_not_with_the_member(tmp_path):
    run(jd(tmp_path), "jd")

    assert (Member.objects.get().phone, Member.objects.get().phone_index) == ("", "")
    assert Identity.objects.get().kind == "jd"


def test_a_generic_account_never_passes_for_an_identity_of_another_kind(tmp_path):
    known = recognise(identities=[("unionid", "c1")])
    generic(tmp_path, kind="unionid")

    assert buyers() != [known.pk]
    assert Identity.objects.filter(kind="generic:unionid", value="c1").count() == 1


def test_a_generic_file_of_tmall_accounts_meets_the_same_people(tmp_path):
    run(tmall(tmp_path))
    generic(tmp_path, kind="tmall", buyer="tb14606")

    assert Member.objects.count() == 1
    assert Order.objects.filter(platform="tmall").count() == 2


@pytest.mark.parametrize("kind", ["own", "a" * 21])
def test_a_file_may_not_pass_for_our_own_orders(tmp_path, kind):
    with pytest.raises(Refusal, match="buyer_kind"):
        generic(tmp_path, kind=kind)
    assert not Order.objects.exists()


def test_an_account_that_a_later_file_masks_stays_with_its_member(tmp_path):
    run(tmall(tmp_path))
    known = Member.objects.get()
    run(tmall(tmp_path, {"买家会员名": "t***6", "订单状态": "交易成功"}))

    assert Order.objects.get().state == "received"
    assert buyers() == [known.pk]
