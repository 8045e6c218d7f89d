"""Five-line files in the platforms' own layouts, and where the real ones are kept."""

import csv
from pathlib import Path

import pytest

from mall.importing import ImportedOrder, RowProblem, read_orders

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
EXPORTS = DATA / "order_exports"
ONLINE_RETAIL = DATA / "online_retail" / "online_retail_to_2011-08-31.parquet"

needs_exports = pytest.mark.skipif(
    not EXPORTS.is_dir(), reason="needs ../shared/data/order_exports"
)
needs_online_retail = pytest.mark.skipif(
    not ONLINE_RETAIL.is_file(), reason="needs ../shared/data/online_retail"
)

TMALL = {
    "订单编号": '="110000000542800000"',
    "买家会员名": "tb14606",
    "买家应付货款": "30.00",
    "买家应付邮费": "5.00",
    "总金额": "32.00",
    "买家实际支付金额": "32.00",
    "订单状态": "买家已付款，等待卖家发货",
    "收货人姓名": "伊芙",
    "收货地址 ": "河南省 南阳市 南召县 示例路207号(000000)",
    "联系电话 ": "",
    "联系手机": "'13800014606",
    "订单创建时间": "2024-03-01 11:16:00",
    "订单付款时间 ": "2024-03-01 11:17:00",
    "宝贝标题 ": "白瓷杯，茶盘",
    "宝贝种类 ": "2",
    "物流单号 ": "No:SF1234567890123",
    "物流公司": "顺丰速运",
    "宝贝总数量": "3",
    "退款金额": "0.00",
    "确认收货时间": "",
}
TMALL_DETAIL = {
    "订单编号": '="110000000542800000"',
    "标题": "白瓷杯",
    "价格": "10.00",
    "购买数量": "2",
    "外部系统编号": "CUP-W",
    "订单状态": "买家已付款，等待卖家发货",
    "商家编码": "CUP",
}
JD = {
    "订单号": "200542800000",
    "商品ID": "11736548",
    "商品名称": "白瓷杯",
    "订购数量": "2",
    "支付方式": "在线支付",
    "下单时间": "2024-03-01 11:16:00",
    "京东价": "10.00",
    "订单金额": "30.00",
    "结算金额": "30.00",
    "余额支付": "0.00",
    "应付金额": "30.00",
    "订单状态": "完成",
    "下单帐号": "jd_14606",
    "客户姓名": "伊**",
    "客户地址": "河南省南阳市南召县示例路207号",
    "联系电话": "1******4606",
    "运费金额": "0.00",
    "付款确认时间": "2024-03-01 11:17:00",
    "货号": "CUP-W",
    "订单完成时间": "2024-03-04 09:00:00",
    "商家应收": "30.00（系统计算中，该值仅供参考）",
}


def write_csv(path, rows, *, encoding="utf-8", columns=None, delimiter=","):
    """Rows as dicts of one layout; a text guard stays as it is, without more quotes."""
    columns = list(columns or rows[0])
    with path.open("w", encoding=encoding, newline="") as handle:
        writer = csv.writer(handle, delimiter=delimiter)
        writer.writerow(columns)
        writer.writerows([row[column] for column in columns] for row in rows)
    return path


def write_text(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    return path


def only_order(path, platform, **options):
    """The one order of a file that has nothing else to say."""
    [order] = read_orders(path, platform, **options)
    assert isinstance(order, ImportedOrder), order
    return order


def only_problem(path, platform, **options):
    [problem] = read_orders(path, platform, **options)
    assert isinstance(problem, RowProblem), problem
    return problem


def split(items):
    """Orders and problems, each in the order they came."""
    items = list(items)
    return (
        [item for item in items if isinstance(item, ImportedOrder)],
        [item for item in items if isinstance(item, RowProblem)],
    )


def tmall(tmp_path, *rows, encoding="gb18030"):
    """An order list whose rows differ from the usual one as given."""
    usual = [{**TMALL, **row} for row in rows or ({},)]
    return write_csv(tmp_path / "ExportOrderList1.csv", usual, encoding=encoding)


def tmall_details(tmp_path, *rows, encoding="gb18030"):
    usual = [{**TMALL_DETAIL, **row} for row in rows or ({},)]
    return write_csv(tmp_path / "ExportOrderDetailList1.csv", usual, encoding=encoding)


def jd(tmp_path, *rows, encoding="gb18030"):
    usual = [{**JD, **row} for row in rows or ({},)]
    return write_csv(tmp_path / "jd.csv", usual, encoding=encoding)
