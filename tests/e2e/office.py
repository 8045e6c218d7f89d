"""What the admin, the operator and the finance person do at the dashboard."""

import csv
import datetime as dt
import io
import json
import re
from dataclasses import dataclass
from typing import Any

from tests.e2e.devices import Desk
from tests.e2e.pdf import read_texts
from tests.e2e.plan import Goods, Plan
from tests.e2e.reference import Rate
from tests.e2e.stage import typed, until, yuan


def hire(admin: Desk, plan: Plan) -> dict[str, str]:
    """Two stores, an operator, a finance person and the guides; {username: password}."""
    for number, store in enumerate(plan.stores, start=1):
        admin.open("/org/units/new")
        admin.fill(kind="门店", parent=plan.brand, name=store, code=f"s{number}", city="上海市")
        admin.press("添加组织")
        admin.says(f"已添加{store}")
    people = [("ops", "运营员", "品牌运营", plan.brand), ("fin", "财务员", "财务", plan.brand)]
    people += [(guide.userid, guide.name, "导购", guide.store) for guide in plan.guides]
    return {username: _hire(admin, username, *rest) for username, *rest in people}


def _hire(admin: Desk, username: str, name: str, role: str, unit: str) -> str:
    admin.open("/org/staff/new")
    is_guide = role == "导购"
    wecom = username if is_guide else ""
    admin.fill(name=name, username=username, role=role, unit=unit, wecom_userid=wecom)
    admin.press("添加人员")
    words = admin.page.locator(".page-body p", has_text="初始密码").inner_text()
    if username == "ops":
        admin.shot("管理员-新人员")
    return re.search(r"初始密码：(\w+)，", words)[1]


def offer_goods(operator: Desk, plan: Plan) -> dict[str, str]:
    """Everything that is sold or given, with price, cost and stock; {code: product id}."""
    made = {}
    for goods in (*plan.goods, plan.gift):
        operator.open("/products/new")
        operator.fill(
            brand=plan.brand,
            title=goods.title,
            subtitle="小店自制，当季新做",
            category=goods.category,
            code=goods.code,
            spec="标准装",
            price_fen=typed(goods.price_fen),
            cost_fen=typed(goods.cost_fen),
            stock=100,
        )
        operator.press("保存商品")
        operator.says(f"已添加「{goods.title}」")
        made[goods.code] = operator.page.url.rpartition("/")[2]
    operator.shot("运营-商品")
    _restock(operator, plan)
    return made


def _restock(operator: Desk, plan: Plan) -> None:
    """Some of the last article in a store as well, counted by hand."""
    stock = operator.page.locator("form[action$='/stock']").first
    stock.locator("[name=location]").select_option(label=plan.stores[0])
    stock.locator("[name=pieces]").fill("50")
    stock.get_by_role("button", name="盘点为").click()
    operator.says("已保存")


def open_flash_sale(operator: Desk, goods: Goods, price_fen: int) -> None:
    """From now on for an hour, a few pieces, one for each person."""
    operator.open("/sales/new")
    label = f"{goods.title} 标准装（{goods.code}，售价 {yuan(goods.price_fen)}）"
    operator.fill(sku=label, price_fen=typed(price_fen), quantity=5, per_person=1)
    operator.press("安排秒杀")
    operator.says("秒杀已排好")
    operator.shot("运营-秒杀")


def set_freight(operator: Desk, plan: Plan) -> None:
    """Delivery by pieces: one price nearby, another for everywhere else."""
    operator.open("/freight/new")
    operator.fill(brand=plan.brand, name="常用运费", basis="按件数", is_default=True)
    operator.page.locator("[name=regions]").first.fill("江苏 浙江 上海")
    for row, freight in ((0, plan.freight[0]), (-1, plan.freight[1])):
        cells = {
            "first": str(freight.first),
            "first_fee": typed(freight.first_fen),
            "next": str(freight.then),
            "next_fee": typed(freight.then_fen),
        }
        for name, text in cells.items():
            operator.page.locator(f"main [name={name}], .page-body [name={name}]").nth(row).fill(
                text
            )
    operator.press("保存模板")
    operator.says("运费模板已保存")
    operator.shot("运营-运费")


def publish_rules(finance: Desk, plan: Plan) -> None:
    """The usual questions first, then what differs by category and article, as JSON."""
    finance.open("/commission/rules")
    finance.follow("发布新版本")
    rules = plan.rules
    finance.fill(
        rate=f"{rules.default.ppm / 10_000:.4f}",
        pool_cap=f"{rules.cap_ppm / 10_000:.4f}",
        same_sharer=rules.same_store[0],
        same_bound=rules.same_store[1],
        cross_sharer=rules.cross_store[0],
        cross_bound=rules.cross_store[1],
        share_days=plan.share_days,
        rights_days=plan.rights_days,
        is_automatic=plan.is_automatic,
        payout_above=typed(plan.free_payout_fen),
        note="开业的规则",
    )
    finance.press("发布")
    finance.says("已发布第 1 版规则")
    finance.follow("发布新版本")
    finance.follow("按品类、商品、级别设置")
    config = json.loads(finance.page.input_value("[name=json]"))
    config["rates"]["by_category"] = {k: _json(rate) for k, rate in rules.by_category.items()}
    config["rates"]["by_sku"] = {code: _json(rate) for code, rate in rules.by_sku.items()}
    finance.fill(json=json.dumps(config, ensure_ascii=False), note="糕点和糖果另计")
    finance.press("发布")
    finance.says("已发布第 2 版规则")
    finance.shot("财务-佣金规则")


def _json(rate: Rate) -> dict[str, Any]:
    amount = {"fen": rate.fen} if rate.mode == "fixed_per_item" else {"ppm": rate.ppm}
    return {"mode": rate.mode, **amount}


@dataclass(frozen=True)
class Batch:
    """A run of cards: its address, and each card's serial and link as the table says."""

    path: str
    serials: tuple[str, ...]
    links: tuple[str, ...]


def print_cards(operator: Desk, plan: Plan) -> Batch:
    """The gift as a benefit, a batch of cards that promise it, PDF and CSV of them."""
    operator.open("/cards/benefits/new")
    operator.fill(
        name=f"{plan.gift.title}一份",
        sku=_sku_label(plan.gift),
        worth_fen=typed(plan.gift.price_fen),
        threshold_fen=typed(plan.threshold_fen),
        valid_days=90,
    )
    operator.press("保存福利")
    operator.says("已添加福利")
    operator.fill(name="首批包裹卡", size=plan.cards, platform="天猫")
    operator.press("生成卡片")
    operator.says(f"已生成 {plan.cards} 张卡")
    path = operator.page.url.removeprefix(operator.stage.staff_url)
    rows = list(
        csv.DictReader(io.StringIO(_download(operator, "下载序列号表格").decode("utf-8-sig")))
    )
    sheet = read_texts(_download(operator, "下载打印页"))
    printed = {row["印刷序列号"] for row in rows}
    assert len(rows) == len(printed) == plan.cards
    assert printed <= sheet, f"打印页上少了 {printed - sheet}"
    return Batch(
        path, tuple(row["序列号"] for row in rows), tuple(row["二维码网址"] for row in rows)
    )


def _sku_label(goods: Goods) -> str:
    return f"{goods.title} 标准装 · {goods.code}"


def _download(operator: Desk, label: str) -> bytes:
    with operator.page.expect_download() as waiting:
        operator.follow(label)
    content: bytes = waiting.value.path().read_bytes()
    return content


def send_cards(operator: Desk, batch: Batch, plan: Plan, at: dt.datetime) -> None:
    """The cards of the parcels that arrived: bound to orders, then marked as delivered."""
    stamp = at.strftime("%Y-%m-%d %H:%M")
    parcels = list(enumerate(batch.serials[: plan.delivered], start=1))
    bound = [(serial, f"11{n:016d}", f"SF{plan.seed}-{n}", stamp) for n, serial in parcels]
    _upload(operator, f"{batch.path}/bind", ("序列号", "订单号", "快递单号", "发货时间"), bound)
    operator.says("绑定订单完成")
    arrived = [(tracking, stamp) for _, _, tracking, _ in bound]
    _upload(operator, f"{batch.path}/deliver", ("快递单号", "签收时间"), arrived)
    operator.says("标记签收完成")
    operator.shot("运营-批次")


def _upload(
    operator: Desk, path: str, header: tuple[str, ...], rows: list[tuple[str, ...]]
) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([header, *rows])
    content = buffer.getvalue().encode("utf-8-sig")
    operator.open(path)
    operator.page.set_input_files(
        "[name=file]", {"name": "table.csv", "mimeType": "text/csv", "buffer": content}
    )
    operator.press("预览")
    operator.says(f"将更新 {len(rows)} 张卡")
    operator.press(f"更新 {len(rows)} 张卡")


def number_of(operator: Desk, order_id: str) -> str:
    """The number of an order, which is also its number at WeChat Pay."""
    operator.open(f"/orders/{order_id}")
    number: str = operator.page.locator("dt:text-is('我方单号') + dd").inner_text()
    return number.strip()


def ship(operator: Desk, order_id: str) -> None:
    operator.open(f"/orders/{order_id}")
    operator.fill(carrier="顺丰速运", tracking_no=f"SF9{order_id[:10]}")
    operator.press("发货")
    operator.says("已发货")


def decline(operator: Desk, number: str, reason: str) -> None:
    """Not all that the customer of this order has applied for."""
    operator.open("/orders/refunds")
    row = operator.page.locator("tr", has_text=number)
    row.locator("[name=reason]").fill(reason)
    operator.shot("运营-退款待审核")
    row.get_by_role("button", name="不同意").click()
    operator.page.locator(".alert").first.wait_for()


def give_back(operator: Desk, order_id: str, title: str, amount: int, reason: str) -> None:
    """Part of one article's money and nothing else; waits until it has gone back."""
    operator.open(f"/orders/{order_id}/refund")
    for field in operator.page.locator("[name^=line_], [name=freight]").all():
        field.fill("0")
    operator.page.get_by_label(re.compile(f"退 {title} ")).fill(typed(amount))
    operator.fill(reason=reason)
    operator.press("提交退款")
    operator.says("退款已提交")
    until("退款到账", lambda: refunded(operator, order_id) == yuan(amount))


def refunded(operator: Desk, order_id: str) -> str:
    operator.open(f"/orders/{order_id}")
    found = operator.page.locator("dt:text-is('已退') + dd")
    return found.inner_text().strip() if found.count() else ""
