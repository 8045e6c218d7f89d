"""包裹卡: runs, their funnel and conversion, tables in, sheets out, suspects, the end."""

import io

import pytest

from acquisition.models import Card, CardBatch, Scan
from core import clock
from core.models import AuditEntry
from mall.models import Benefit
from members.models import Customer
from pages.dashboard.funnels import conversion_of
from tenants.context import entered
from tests.conftest import tenant_called
from tests.pages.dashboard.kit import assert_flat, deliver, make_batch, make_benefit, make_sku
from tests.world import World, build_world, client_for

pytestmark = pytest.mark.django_db


def table(text: str) -> io.BytesIO:
    file = io.BytesIO(text.encode())
    file.name = "表.csv"
    return file


def shown(world: World, batch: CardBatch) -> str:
    return client_for(world.ann).get(f"/cards/{batch.public_id}").content.decode()


def make_suspect(world: World, batch: CardBatch) -> Scan:
    now, number = clock.now(), Scan.objects.count()
    customer = Customer.objects.create(
        member=world.eve, appid="wx", openid=f"o{number}", created_at=now, last_seen_at=now
    )
    card = batch.cards.exclude(state="suspect").order_by("pk")[0]
    Card.objects.filter(pk=card.pk).update(state="suspect")
    return Scan.objects.create(
        token=f"t{number}",
        card=card,
        customer=customer,
        staff=world.cai,
        state="suspect",
        reason="velocity",
        created_at=now,
    )


def test_a_batch_is_made_and_its_sheet_is_one_click_away(world: World) -> None:
    benefit = make_benefit(world)
    form = {
        "name": "双十一",
        "brand": world.brand.pk,
        "benefit": benefit.pk,
        "size": 30,
        "platform": "tmall",
        "print_cost_fen": "0.15",
        "insert_cost_fen": "0.05",
    }
    answer = client_for(world.ann).post("/cards/new", form)

    batch = CardBatch.objects.get()
    assert answer["Location"] == f"/cards/{batch.public_id}"
    assert (batch.print_cost_fen, batch.insert_cost_fen) == (15, 5)
    assert Card.objects.filter(batch=batch).count() == 30
    assert f"/cards/{batch.public_id}/sheet.pdf" in shown(world, batch)


def test_a_size_beyond_the_limit_is_explained_and_prints_nothing(world: World) -> None:
    benefit = make_benefit(world)
    form = {"name": "x", "brand": world.brand.pk, "benefit": benefit.pk, "size": 200_001,
            "print_cost_fen": "0", "insert_cost_fen": "0"}  # fmt: skip
    assert client_for(world.ann).post("/cards/new", form).status_code == 200
    assert not CardBatch.objects.exists()


def test_a_benefit_is_made_in_yuan_and_kept_in_fen(world: World) -> None:
    sku = make_sku(world)
    form = {"name": "一分领面霜", "sku": sku.pk, "worth_fen": "29.90", "threshold_fen": "29",
            "valid_days": 30}  # fmt: skip
    assert client_for(world.ann).post("/cards/benefits/new", form).status_code == 302
    benefit = Benefit.objects.get()
    assert (benefit.worth_fen, benefit.threshold_fen, benefit.claim_price_fen) == (2_990, 2_900, 1)
    assert "一分领面霜" in client_for(world.bo).get("/cards/benefits").content.decode()


def test_thin_data_is_refused_in_a_sentence(world: World) -> None:
    batch = make_batch(world, size=40)
    deliver(batch, delivered=29, added=5)
    page = shown(world, batch)
    assert "样本不足：现有 29，至少 30 才给出区间" in page
    assert "优秀" not in page.split("一般 10%–15%")[0]


def test_a_conversion_has_its_interval_band_and_denominator(world: World) -> None:
    batch = make_batch(world, size=120)
    deliver(batch, delivered=100, added=12)
    page = shown(world, batch)
    assert "新好友 12 ÷ 签收满 14 天 100 张" in page
    assert "在 7% 到 19.8% 之间" in page
    assert ">正常<" in page


def test_young_deliveries_wait_outside_the_denominator(world: World) -> None:
    batch = make_batch(world, size=120)
    deliver(batch, delivered=100, added=12, days_ago=3)
    page = shown(world, batch)
    assert "现有 0，至少 30" in page
    assert "另有 100 张签收不到 14 天" in page


def test_the_bands_turn_where_the_trade_says() -> None:
    class Result:
        matured, converted = 1_000, 0

    words = []
    for converted in (99, 100, 149, 150):
        Result.converted = converted
        words.append(conversion_of(Result).band)
    assert words == ["偏低", "正常", "正常", "优秀"]


def test_costs_add_up_to_the_cost_of_a_new_contact(world: World) -> None:
    batch = make_batch(world, size=100)
    deliver(batch, delivered=40, added=4)
    page = shown(world, batch)
    assert "¥17.00" in page
    assert "每位新好友 ¥4.25" in page


def test_a_binding_table_is_previewed_then_run(world: World) -> None:
    batch = make_batch(world)
    serials = list(batch.cards.order_by("pk").values_list("serial", flat=True))
    text = f"序列号,订单号\n{serials[0]},A1\n{serials[1]},A2\n00000000000,A3\n"
    client, url = client_for(world.ann), f"/cards/{batch.public_id}/bind"

    preview = client.post(url, {"file": table(text)})
    assert "将更新 2 张卡，0 行没有变化，1 行有问题" in preview.content.decode()
    assert not Card.objects.exclude(platform_order_no="").exists()
    assert not AuditEntry.objects.filter(action="acquisition.batch.bound").exists()

    done = client.post(url, {"token": preview.context["token"]})
    assert done["Location"] == f"/cards/{batch.public_id}"
    assert list(
        Card.objects.exclude(platform_order_no="").order_by("pk").values_list("platform_order_no")
    ) == [("A1",), ("A2",)]


def test_a_delivery_table_marks_cards_by_their_parcel(world: World) -> None:
    batch = make_batch(world)
    card = batch.cards.order_by("pk")[0]
    Card.objects.filter(pk=card.pk).update(tracking_no="SF1", state="shipped")
    text = "快递单号,签收时间\nSF1,2026-03-01 09:00\nSF9,2026-03-01\nSF2,昨天\n"
    client, url = client_for(world.ann), f"/cards/{batch.public_id}/deliver"

    preview = client.post(url, {"file": table(text)})
    assert "将更新 1 张卡，1 行没有变化，1 行有问题" in preview.content.decode()
    client.post(url, {"token": preview.context["token"]})
    card.refresh_from_db()
    assert (card.state, card.delivered_at.isoformat()) == ("delivered", "2026-03-01T01:00:00+00:00")


def test_a_table_without_its_columns_is_explained(world: World) -> None:
    batch = make_batch(world)
    answer = client_for(world.ann).post(
        f"/cards/{batch.public_id}/bind", {"file": table("甲,乙\n1,2\n")}
    )
    assert "请使用带“序列号”和“订单号”列的 CSV" in answer.content.decode()


def test_a_token_of_nobody_is_404(world: World) -> None:
    batch = make_batch(world)
    for token in ("../../etc/passwd", "0" * 26):
        answer = client_for(world.ann).post(f"/cards/{batch.public_id}/bind", {"token": token})
        assert "上传的文件已不在" in answer.content.decode()


def test_the_sheets_are_a_pdf_and_a_csv_of_every_serial(world: World) -> None:
    batch = make_batch(world, size=16)
    client = client_for(world.ann)
    pdf = client.get(f"/cards/{batch.public_id}/sheet.pdf")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    text = client.get(f"/cards/{batch.public_id}/sheet.csv").content.decode()
    assert text.count("/card/") == 16
    assert client.get(f"/cards/{batch.public_id}/sheet.pdf?part=2").status_code == 422
    assert AuditEntry.objects.filter(action="acquisition.batch.printed").count() == 2


def test_voiding_states_its_consequence_and_asks_why(world: World) -> None:
    batch = make_batch(world, size=12)
    client, url = client_for(world.ann), f"/cards/{batch.public_id}/void"
    assert "将作废 12 张未使用的包裹卡" in client.get(url).content.decode()
    client.post(url, {"reason": ""})
    batch.refresh_from_db()
    assert batch.state == "active"

    client.post(url, {"reason": "印错了"})
    batch.refresh_from_db()
    assert batch.state == "void"
    assert AuditEntry.objects.get(action="acquisition.batch.voided").reason == "印错了"


@pytest.mark.parametrize(("button", "state"), [("believe", "waiting"), ("reject", "expired")])
def test_a_person_decides_about_a_suspect_scan(world: World, button: str, state: str) -> None:
    batch = make_batch(world)
    scan = make_suspect(world, batch)
    assert "短时间内同一网络或同一设备扫码过多" in shown(world, batch)
    client_for(world.ann).post(f"/cards/suspects/{scan.pk}", {"reason": "核对过", button: "1"})
    scan.refresh_from_db()
    assert scan.state == state


PAGES = ("", "/bind", "/deliver", "/void", "/sheet.pdf", "/sheet.csv")


@pytest.mark.parametrize("page", PAGES)
def test_the_other_merchants_batch_is_404(world: World, page: str) -> None:
    with entered(tenant_called("breeze")):
        theirs = make_batch(build_world(), size=3)
    answer = client_for(world.admin).get(f"/cards/{theirs.public_id}{page}")
    assert answer.status_code == 404


@pytest.mark.parametrize("page", PAGES[1:])
def test_a_manager_may_look_and_not_act(world: World, page: str) -> None:
    batch = make_batch(world)
    client = client_for(world.bo)
    assert client.get(f"/cards/{batch.public_id}").status_code == 200
    assert client.get(f"/cards/{batch.public_id}{page}").status_code == 403
    assert client.post(f"/cards/{batch.public_id}{page}", {"reason": "x"}).status_code == 403
    batch.refresh_from_db()
    assert batch.state == "active"


def test_a_guide_and_a_bookkeeper_see_no_cards(world: World) -> None:
    make_batch(world)
    for staff in (world.cai, world.finn):
        assert client_for(staff).get("/cards").status_code == 403


def test_lists_cost_the_same_for_many_rows(world: World) -> None:
    benefit = make_benefit(world)
    assert_flat(world.ann, "/cards", lambda: make_batch(world, size=1, benefit=benefit), most=14)
    batch = make_batch(world, size=40, benefit=benefit)
    assert_flat(world.ann, f"/cards/{batch.public_id}", lambda: make_suspect(world, batch), most=18)
