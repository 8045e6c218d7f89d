"""Sending the request of a cell: which host, which credential, which ids."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.access import senders
from tests.access.cells import MISSING, OTHER_CREDENTIAL, OTHER_HOST, OTHER_ID, OTHER_STORE, Cell
from tests.access.row import Row
from tests.access.scene import ORDERS
from tests.access.stage import Side, Stage
from tests.world import Browser

NO_TEXT, NO_NUMBER = "0000000000000000000000none", "999999"

FILES = {
    "@orders": ORDERS,
    "@bind": "序列号,订单号\n{card},D1\n",
    "@deliver": "快递单号,签收时间\nSF1,2026-03-01 10:00\n",
    "@speech": "日期,群ID,发言人,消息数\n2026-03-01,wr_s1,wm1,1\n",
    "@stock": "商品编码,地点编码,可售\n{sku},{brand_code},3\n",
    "@units": "类型,编码,名称,上级编码\n门店,s9,九号店,brand-1\n",
}


def things(stage: Stage, group: str, side: Side) -> dict[str, str]:
    found = side.groups[group].things | stage.platform_things | side.secrets
    home = side.groups["own"].things["brand"]
    return found | {"site": f"http://{side.host('staff')}:{settings.SIYU_PORT}", "home_brand": home}


def ask(stage: Stage, cell: Cell) -> Any:
    """Send the request of a cell; the answer, with an error as its 500."""
    row = cell.row
    side = stage.breeze if cell.relation == OTHER_HOST else stage.aurora
    asker = stage.breeze if cell.relation == OTHER_CREDENTIAL else stage.aurora
    named = _named(stage, cell)
    host = "platform.localhost" if row.surface == "platform" else side.host(row.surface)
    browser = Browser(raise_request_exception=False, HTTP_HOST=host, **asker.credentials[cell.role])
    path = path_of(row, named)
    if row.sender and cell.role == "callback":
        return senders.send(browser, row.sender, cell.method, path, asker)
    fields = {k.format(**named): _field(v, named) for k, v in row.form.items()}
    query = {name: text.format(**named) for name, text in row.query.items()}
    if cell.method == "GET":
        return browser.get(path, query)
    return browser.post(path, fields, query_params=query)


def _named(stage: Stage, cell: Cell) -> dict[str, str]:
    """The things that the request speaks of."""
    if cell.relation in (OTHER_ID, OTHER_HOST):
        return things(stage, "own", stage.breeze)
    if cell.relation == OTHER_STORE:
        near = cell.role in ("guide", "manager", "customer")
        return things(stage, "store" if near else "brand", stage.aurora)
    found = things(stage, "own", stage.aurora)
    if cell.relation == MISSING:
        ids = [name for name in cell.row.ids.values() if not name.startswith("=")]
        found |= {name: NO_NUMBER if found[name].isdigit() else NO_TEXT for name in ids}
        found |= {name: NO_TEXT for name in cell.row.ids.values() if name.startswith("=")}
    return found


def path_of(row: Row, named: dict[str, str]) -> str:
    path = row.path
    for name in row.ids.values():
        value, start = named.get(name, name[1:]), path.index("<")
        path = path[:start] + value + path[path.index(">") + 1 :]
    return path


def _field(value: str, named: dict[str, str]) -> Any:
    if value in FILES:
        return SimpleUploadedFile("table.csv", FILES[value].format(**named).encode())
    return value.format(**named)


def error_of(answer: Any) -> str:
    info = getattr(answer, "exc_info", None)
    return repr(info[1]) if info else ""


def named_ids(stage: Stage, cell: Cell) -> list[str]:
    named = _named(stage, cell)
    return [named[name] for name in cell.row.ids.values() if not name.startswith("=")]
