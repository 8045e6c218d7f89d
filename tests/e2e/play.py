"""What happens in one play, chapter by chapter, as its people do it.

Groups, the live room, the cart and payouts are chapters of their own in `nurture`, `showroom`,
`basket` and `payday`.
"""

import datetime as dt
from pathlib import Path
from typing import Any

from tests.e2e import ledgers, merchant, office, street
from tests.e2e.devices import Desk, Phone
from tests.e2e.plan import Goods, Plan
from tests.e2e.reference import Sale
from tests.e2e.stage import Stage, eventually
from tests.e2e.street import Customer, Wish

DAYS_TO_RIPEN = 15
"""Past every rights period that is drawn, and past the fourteen days of a card."""


class Play:
    """One play: its people, and what has been sold so far, {order id: its articles}.

    `drawn` is what each guide has been paid out, {name: fen}.
    """

    group: Any
    chat_id: str
    calendar: str
    said: Any
    host: str
    room: str
    ticket: Any
    draw: Any
    basket: Any

    def __init__(self, stage: Stage, plan: Plan, browser: Any, folder: Path) -> None:
        self.stage, self.plan, self.browser, self.folder = stage, plan, browser, folder
        self.quantities = iter(plan.quantities)
        self.sales: dict[str, list[Sale]] = {}
        self.owners: dict[str, Customer] = {}
        self.drawn: dict[str, int] = {}
        self.numbers: dict[str, str] = {}
        self.states: dict[str, str] = {}

    def desk(self, username: str, password: str) -> Desk:
        return Desk(self.browser, self.stage, username, password)

    def phone(self) -> Phone:
        return Phone(self.browser, self.stage)

    def open_shop(self) -> None:
        """The merchant, its people, goods and rules."""
        made = merchant.provision(self.stage, self.plan)
        admin = self.desk(made["admin"], made["password"])
        passwords = office.hire(admin, self.plan)
        self.mchid = merchant.connect(self.stage, self.plan, self.folder)
        self.operator = self.desk("ops", passwords["ops"])
        self.finance = self.desk("fin", passwords["fin"])
        self.products = office.offer_goods(self.operator, self.plan)
        office.set_freight(self.operator, self.plan)
        office.publish_rules(self.finance, self.plan)

    def send_cards(self) -> None:
        self.batch = office.print_cards(self.operator, self.plan)
        self.delivered_at = self.stage.twin.now() - dt.timedelta(hours=1)
        office.send_cards(self.operator, self.batch, self.plan, self.delivered_at)

    def meet(self) -> None:
        """Three people scan, add and claim; a fourth only looks at the card."""
        self.customers = [Customer(name, self.phone()) for name in self.plan.customers]
        for customer, link in zip(self.customers, self.batch.links, strict=False):
            customer.phone.become_customer(customer.name)
            street.scan(customer, self.plan, link)
            customer.phone.shot(f"{customer.name}-卡片")
        for customer in self.customers[:3]:
            street.add_guide(customer, self.plan)
            street.claim(customer, self.plan)

    def prepare_guides(self) -> None:
        """Every guide in the workbench, with a link of their own to everything sold."""
        corp = merchant.corp_of(self.plan)
        self.guides: dict[str, Phone] = {}
        self.links: dict[tuple[str, str], str] = {}
        for guide in self.plan.guides:
            phone = self.guides[guide.name] = self.phone()
            street.open_workbench(phone, corp, guide.userid, guide.name)
            phone.shot(f"{guide.name}-今日")

    def link(self, guide: str, goods: Goods) -> str:
        product = self.products[goods.code]
        found = street.take_link(self.guides[guide], goods.title, product)
        self.guides[guide].shot(f"{guide}-分享")
        return found

    def sell(self, customer: Customer, goods: Goods, sharer: str, *, gift: bool) -> str:
        """Through a guide's link, or from the shelf where `sharer` is ""; the order's id."""
        quantity = next(self.quantities)
        freight = self.plan.freight[0].fee(quantity)
        shelf = f"{self.stage.shop_url}/p/{self.products[goods.code]}"
        url = self.link(sharer, goods) if sharer else shelf
        total = goods.price_fen * quantity + freight
        wish = Wish(goods.title, quantity, total, f"{self.plan.gift.title}一份" if gift else "")
        order_id = street.buy(customer, url, wish)
        self.note(order_id, customer, self.sale(customer, goods, quantity, sharer, freight))
        return order_id

    def sale(
        self, customer: Customer, goods: Goods, quantity: int, sharer: str = "", freight: int = 0
    ) -> Sale:
        return Sale(
            sku=goods.code,
            category=goods.category,
            price_fen=goods.price_fen,
            cost_fen=goods.cost_fen,
            quantity=quantity,
            bound=customer.guide,
            sharer=sharer,
            is_same_store=bool(sharer) and self.is_same_store(sharer, customer.guide),
            freight_fen=freight,
        )

    def note(self, order_id: str, customer: Customer, *sales: Sale) -> None:
        """An order that was paid just now."""
        self.sales[order_id], self.owners[order_id] = list(sales), customer
        self.numbers[order_id] = office.number_of(self.operator, order_id)
        self.states[order_id] = "estimated"

    def is_same_store(self, one: str, other: str) -> bool:
        return self.plan.guide(one).store == self.plan.guide(other).store

    def colleague(self, guide: str, *, same_store: bool) -> str:
        """Another guide, of the same store or of another; "" where there is none."""
        names = [each.name for each in self.plan.guides if each.name != guide]
        fit = [name for name in names if self.is_same_store(name, guide) == same_store]
        return fit[0] if fit else ""

    def give_back(self, order_id: str, share: float) -> None:
        """A share of the first article, asked in the chat and paid back by the operator."""
        sale = self.sales[order_id][0]
        amount = max(1, int(sale.goods_fen * share))
        title = next(goods.title for goods in self.plan.goods if goods.code == sale.sku)
        office.give_back(self.operator, order_id, title, amount, "顾客说少了一包")
        sale.refunds.append(amount)
        self.await_commission(order_id)

    def await_commission(self, order_id: str) -> None:
        """The books follow the money by a job each."""
        sales, rules = self.sales[order_id], self.plan.rules
        eventually(lambda: ledgers.check_order_page(self.operator, order_id, sales, rules))

    def trade(self) -> None:
        """Four orders: own link, another store's, a colleague's, and one taken back whole."""
        first, second, third = self.customers[:3]
        a, b, c = self.plan.goods
        self.own = self.sell(first, a, first.guide, gift=True)
        other = self.colleague(second.guide, same_store=False)
        self.cross = self.sell(second, b, other, gift=True)
        self.whole = self.sell(third, c, third.guide, gift=True)
        self.take_back_whole(third)
        near, self.far = (
            (third, first) if self.colleague(third.guide, same_store=True) else (first, third)
        )
        colleague = self.colleague(near.guide, same_store=True)
        self.sell(near, c, colleague, gift=near is third)

    def take_back_whole(self, customer: Customer) -> None:
        [sale] = self.sales[self.whole]
        street.take_back_unsent(customer, self.whole, sale.paid_fen)
        sale.refunds.append(sale.paid_fen)
        self.states[self.whole] = "reversed"
        self.await_commission(self.whole)
        del self.owners[self.whole]

    def deliver(self) -> None:
        """Shipped by the operator, received by each customer, one refunded in part."""
        for order_id, customer in self.owners.items():
            self.await_commission(order_id)
            office.ship(self.operator, order_id)
            street.confirm_receipt(customer, order_id)
            self.states[order_id] = "frozen"
        self.operator.shot("运营-订单")
        self.settle_differences(self.customers[1])
        self.give_back(self.basket, self.plan.refund_shares[2])
        eventually(self.check_accounts)
        self.check_income()

    def settle_differences(self, customer: Customer) -> None:
        """The customer asks for everything, and is given a part by the operator."""
        street.ask_back(customer, self.cross, ledgers.paid_fen(self.sales[self.cross]))
        reason = "协商后退一部分"
        office.decline(self.operator, self.numbers[self.cross], reason)
        street.read_refusal(customer, self.cross, reason)
        self.give_back(self.cross, self.plan.refund_shares[0])

    def check_accounts(self) -> None:
        ledgers.check_operator_page(self.finance, self.accounts())

    def accounts(self) -> dict[str, ledgers.Account]:
        sales = {self.numbers[order_id]: found for order_id, found in self.sales.items()}
        states = {self.numbers[order_id]: state for order_id, state in self.states.items()}
        return ledgers.expected_accounts(self.plan.rules, sales, states, self.drawn)

    def check_income(self) -> None:
        for name, account in self.accounts().items():
            ledgers.check_income_page(self.guides[name], name, account)

    def settle(self) -> None:
        """The clock past every rights period; by the job or by finance, as the rules say."""
        self.stage.move_clock(DAYS_TO_RIPEN)
        if not self.plan.is_automatic:
            self.finance.open("/commission")
            self.finance.press("结算到期的")
            self.finance.says("已结算")
        for order_id in self.owners:
            self.states[order_id] = "settled"
        eventually(self.check_accounts, seconds=60)

    def come_again(self) -> None:
        """A refund after settlement, and an order that no link led to."""
        self.give_back(self.own, self.plan.refund_shares[1])
        second = self.customers[1]
        late = self.sell(second, self.plan.goods[0], "", gift=False)
        self.await_commission(late)
        self.check_accounts()
        self.check_income()
