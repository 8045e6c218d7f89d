"""A shop's table in the three formats, and the mapping that reads it."""

from datetime import datetime

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from mall.importing import Mapping, Rule
from tests.mall.importing.files import only_order, write_csv

SHOP = Mapping(
    columns={
        "order_no": "InvoiceNo",
        "placed_at": "InvoiceDate",
        "buyer": "CustomerID",
        "sku_code": "StockCode",
        "title": "Description",
        "quantity": "Quantity",
        "price": "UnitPrice",
    },
    cancellation=Rule("InvoiceNo", "C"),
    left_out=Rule("InvoiceNo", "A"),
)
ROW = {
    "InvoiceNo": "536365",
    "StockCode": "85123A",
    "Description": "白瓷杯",
    "Quantity": 6,
    "InvoiceDate": datetime.fromisoformat("2010-12-01 08:26"),
    "UnitPrice": 2.55,
    "CustomerID": 17850,
}


def in_csv(path, rows):
    return write_csv(path / "shop.csv", rows)


def in_xlsx(path, rows):
    book = openpyxl.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(path / "shop.xlsx")
    return path / "shop.xlsx"


def in_parquet(path, rows):
    pq.write_table(pa.Table.from_pylist(rows), path / "shop.parquet")
    return path / "shop.parquet"


def in_columns(tmp_path, row, **columns):
    """A file of one row whose columns are named by the field they are mapped to."""
    mapping = Mapping(columns={**{name: name for name in row}}, **columns)
    return only_order(write_csv(tmp_path / "one.csv", [row]), "generic", mapping=mapping)
