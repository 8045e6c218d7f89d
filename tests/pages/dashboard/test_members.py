"""会员: found by name, order or whole phone; read by tab; tagged and handed over."""

import pytest

from core import clock
from members.models import Contact, Identity, Member, MemberTag
from members.services import note, recognise
from tenants.context import entered
from tests.conftest import tenant_called
from tests.pages.dashboard.kit import assert_flat, make_order
from tests.world import World, build_world, client_for

pytestmark = pytest.mark.django_db


def found(staff, text: str) -> list[str]:
    page = client_for(staff).get("/members", {"q": text}).context["page"]
    return sorted(member.name for member in page)


def with_phone(name: str, phone: str) -> Member:
    return recognise(
        identities=[("tmall", name)], name=name, phone=phone, source="tmall", at=clock.now()
    )


def befriend(member: Member, staff, **fields) -> Contact:
    return Contact.objects.create(
        member=member,
        staff=staff,
        external_userid=f"wm{Contact.objects.count()}",
        added_at=clock.now(),
        **fields,
    )


def test_members_are_found_by_name_order_and_whole_phone(world: World) -> None:
    with_phone("周周", "13800000001")
    order = make_order(world, platform="tmall", platform_order_no="TM77")
    assert found(world.ann, "周") == ["周周"]
    assert found(world.ann, "TM77") == ["伊芙"]
    assert found(world.ann, order.number) == ["伊芙"]
    assert found(world.ann, "138 0000 0001") == ["周周"]
    assert found(world.ann, "13800000002") == []
    assert found(world.ann, "8000") == []


def test_a_phone_is_shown_masked(world: World) -> None:
    member = with_phone("周周", "13800000001")
    for url in ("/members", f"/members/{member.public_id}"):
        page = client_for(world.ann).get(url).content.decode()
        assert "138****0001" in page
        assert "13800000001" not in page


def test_each_tab_shows_its_own(world: World) -> None:
    note(member=world.eve, kind="x", at=clock.now(), ref="1", text="领取了小样")
    order = make_order(world)
    befriend(world.eve, world.cai)
    Identity.objects.create(
        member=world.eve, kind="unionid", value="ou_eve", created_at=clock.now()
    )
    client, base = client_for(world.ann), f"/members/{world.eve.public_id}"
    assert "领取了小样" in client.get(base).content.decode()
    assert order.number in client.get(f"{base}?tab=orders").content.decode()
    assert "新人" in client.get(f"{base}?tab=contacts").content.decode()
    assert "ou_eve" in client.get(f"{base}?tab=identities").content.decode()
    assert "这里还没有内容" in client.get(f"{base}?tab=entitlements").content.decode()
    assert "领取了小样" in client.get(f"{base}?tab=nonsense").content.decode()


def test_what_was_bought_counts_refunds_and_no_claims(world: World) -> None:
    make_order(world, refunded_fen=2_500)
    make_order(world, kind="claim", paid_fen=1)
    make_order(world, state="created", paid_fen=0, paid_at=None)
    page = client_for(world.ann).get(f"/members/{world.eve.public_id}").content.decode()
    assert "1 单，净额 ¥75.00" in page


def test_a_manager_sees_the_own_stores_members_and_their_orders_here(world: World) -> None:
    befriend(world.eve, world.cai)
    here, there = make_order(world), make_order(world, store=world.other_store)
    page = client_for(world.bo).get(f"/members/{world.eve.public_id}?tab=orders").content.decode()
    assert here.number in page
    assert there.number not in page


def test_a_manager_of_another_store_finds_nobody_and_changes_nothing(world: World) -> None:
    befriend(world.eve, world.dee)
    client, base = client_for(world.bo), f"/members/{world.eve.public_id}"
    assert client.get(base).status_code == 404
    assert client.post(f"{base}/tags", {"group": "a", "name": "b"}).status_code == 404
    assert client.post(f"{base}/owner", {"owner": world.cai.pk}).status_code == 404
    assert found(world.bo, "伊") == []
    world.eve.refresh_from_db()
    assert world.eve.owner_id is None
    assert not MemberTag.objects.exists()


@pytest.mark.parametrize("page", ["", "/tags", "/owner"])
def test_the_other_merchants_member_is_404(world: World, page: str) -> None:
    with entered(tenant_called("breeze")):
        theirs = build_world().eve
    client, url = client_for(world.admin), f"/members/{theirs.public_id}{page}"
    form = {"group": "a", "name": "b"}
    assert (client.post(url, form) if page else client.get(url)).status_code == 404


def test_a_tag_is_put_once_and_says_who_put_it(world: World) -> None:
    client, url = client_for(world.ann), f"/members/{world.eve.public_id}/tags"
    for _ in range(2):
        client.post(url, {"group": "偏好", "name": "爱甜"})
    placed = MemberTag.objects.get()
    assert (placed.tag.name, placed.source) == ("爱甜", "staff:安")


def test_a_member_is_handed_to_a_guide_in_reach_only(world: World) -> None:
    befriend(world.eve, world.cai)
    client, url = client_for(world.bo), f"/members/{world.eve.public_id}/owner"
    client.post(url, {"owner": world.dee.pk})
    world.eve.refresh_from_db()
    assert world.eve.owner_id is None

    client.post(url, {"owner": world.cai.pk})
    world.eve.refresh_from_db()
    assert world.eve.owner_id == world.cai.pk


@pytest.mark.parametrize("who", ["cai", "finn"])
def test_the_wrong_role_is_refused(world: World, who: str) -> None:
    assert client_for(getattr(world, who)).get("/members").status_code == 403


def test_list_and_detail_cost_the_same_for_many_rows(world: World) -> None:
    numbers = iter(range(100))
    assert_flat(
        world.ann, "/members", lambda: with_phone(f"人{next(numbers)}", "13800000001"), most=16
    )
    url = f"/members/{world.eve.public_id}?tab=orders"
    assert_flat(world.ann, url, lambda: make_order(world), most=28)
