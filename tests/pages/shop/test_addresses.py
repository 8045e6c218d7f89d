"""The address book on the phone, and an address pasted in one go."""

from dataclasses import replace
from typing import Any

import pytest

from core import clock
from mall.contracts import Receiver
from mall.models import Address
from mall.services import save_address
from members.models import Member
from pages.shop.pasting import take_apart
from tests.mall.shop import Shop, login_of
from tests.pages.shop.kit import browser_of, queries_of, text_of

pytestmark = pytest.mark.django_db

HOME = Receiver("张三", "13812345678", "杭州市", "文三路 1 号 3 幢", "浙江省", "西湖区")
FORM = {
    "name": "张三",
    "phone": "138 1234 5678",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "address": "文三路 1 号 3 幢",
}


@pytest.mark.parametrize(
    "text",
    [
        "张三 13812345678 浙江省杭州市西湖区文三路 1 号 3 幢",
        "张三，138 1234 5678，浙江省 杭州市 西湖区 文三路 1 号 3 幢",
        "收货人：张三\n手机号码：13812345678\n地区：浙江省杭州市西湖区\n详细地址：文三路 1 号 3 幢",
        "13812345678 张三 浙江杭州市西湖区文三路 1 号 3 幢",
        "浙江省杭州市西湖区文三路 1 号 3 幢，13812345678，张三",
        "张三;+86-13812345678;浙江省杭州市西湖区文三路 1 号 3 幢",
    ],
)
def test_a_pasted_address_is_taken_apart(text: str) -> None:
    assert take_apart(text) == HOME


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("张三 13812345678 上海市浦东新区世纪大道 1 号", ("上海市", "上海市", "浦东新区")),
        ("张三 13812345678 上海上海市黄浦区人民路 1 号", ("上海市", "上海市", "黄浦区")),
        (
            "张三 13812345678 新疆伊犁哈萨克自治州伊宁市北京路 1 号",
            ("新疆维吾尔自治区", "伊犁哈萨克自治州", "伊宁市"),
        ),
        (
            "张三 13812345678 广西壮族自治区南宁市青秀区民族大道 1 号",
            ("广西壮族自治区", "南宁市", "青秀区"),
        ),
        ("张三 13812345678 吉林省吉林市船营区北京路 1 号", ("吉林省", "吉林市", "船营区")),
    ],
)
def test_provinces_of_every_kind_are_known(text: str, place: tuple[str, str, str]) -> None:
    found = take_apart(text)
    assert (found.province, found.city, found.district) == place
    assert found.name == "张三"


@pytest.mark.parametrize("text", ["", "你好", "北京路 1 号", "12345", "张三 " * 200, "省市区"])
def test_what_is_no_address_breaks_nothing(text: str) -> None:
    found = take_apart(text)
    assert (found.phone, found.province) == ("", "")


@pytest.fixture
def mallory(shop: Shop) -> Any:
    member = Member.objects.create(name="马", source="test", created_at=clock.now())
    return browser_of(login_of(member, "o_mallory"))


def test_an_address_is_pasted_looked_at_and_saved(shop: Shop) -> None:
    client = browser_of(shop.buyer)
    text = "张三 13812345678 浙江省杭州市西湖区文三路 1 号 3 幢"
    page = text_of(client.post("/addresses/new", {"paste": "1", "whole": text}))
    assert 'value="文三路 1 号 3 幢"' in page
    assert not Address.objects.exists()
    client.post("/addresses/new", FORM)
    page = text_of(client.get("/addresses"))
    assert "138****5678" in page
    assert "13812345678" not in page
    assert "默认" in page


def test_a_wrong_phone_is_explained(shop: Shop) -> None:
    answer = browser_of(shop.buyer).post("/addresses/new", {**FORM, "phone": "123"})
    assert "请填写十一位手机号" in text_of(answer)
    assert not Address.objects.exists()


def test_a_checkout_takes_its_address_from_the_book(shop: Shop) -> None:
    save_address(customer=shop.buyer, receiver=HOME)
    far = save_address(customer=shop.buyer, receiver=replace(HOME, name="李四"))
    client = browser_of(shop.buyer)
    assert "/addresses?next=%2Fbuy%3Fsku%3DCREAM" in text_of(client.get("/buy?sku=CREAM"))
    book = text_of(client.get("/addresses?next=/buy?sku=CREAM"))
    back = f"/buy?sku=CREAM&amp;address={far.public_id}"
    assert back in book
    assert "李四" in text_of(client.get(back.replace("&amp;", "&")))
    assert "张三" in text_of(client.get("/buy?sku=CREAM"))


def test_a_way_back_never_leaves_the_site(shop: Shop) -> None:
    save_address(customer=shop.buyer, receiver=HOME)
    page = text_of(browser_of(shop.buyer).get("/addresses?next=https://evil.test/"))
    assert "evil.test" not in page


def test_anothers_address_is_not_found_and_stays(shop: Shop, mallory: Any) -> None:
    mine = save_address(customer=shop.buyer, receiver=HOME)
    url = f"/addresses/{mine.public_id}"
    assert mallory.get(url).status_code == 404
    for act in ("", "/default", "/delete"):
        assert mallory.post(url + act, FORM).status_code == 404
    assert mallory.get(f"/buy?sku=CREAM&address={mine.public_id}").status_code == 404
    mine.refresh_from_db()
    assert mine.name == "张三"


def test_the_book_costs_the_same_for_many(shop: Shop) -> None:
    save_address(customer=shop.buyer, receiver=HOME)
    client = browser_of(shop.buyer)
    few = len(queries_of(client, "/addresses"))
    for number in range(15):
        save_address(customer=shop.buyer, receiver=replace(HOME, address=f"{number} 号"))
    # 1 session, 1 customer, 1 addresses.
    assert (few, len(queries_of(client, "/addresses"))) == (3, 3)
