"""Online Retail as a table of SQLite: what a figure must be, without any code of ours."""

import sqlite3

import pyarrow.parquet as pq

from tests.mall.importing.files import ONLINE_RETAIL

TRADE = """
    CREATE VIEW trade AS
    SELECT InvoiceNo AS invoice, CustomerID AS customer,
           strftime('%Y-%m', InvoiceDate) AS month, date(InvoiceDate) AS day,
           CAST(ROUND(Quantity * UnitPrice * 100) AS INTEGER) AS fen
    FROM lines WHERE InvoiceNo NOT LIKE 'A%'
"""

MONTHLY_NET = "SELECT month, SUM(fen) FROM trade GROUP BY month"

DAILY_NET = "SELECT day, SUM(fen) FROM trade GROUP BY day"

MONTHLY_BUYERS = """
    SELECT month, COUNT(DISTINCT customer) FROM trade
    WHERE invoice NOT LIKE 'C%' AND fen > 0 GROUP BY month
"""


def open_trade():
    """A connection with `lines` as in the file and `trade` without the adjustments."""
    table = pq.read_table(ONLINE_RETAIL)
    names = ("InvoiceNo", "CustomerID", "Quantity", "UnitPrice")
    cells = [table.column(name).to_pylist() for name in names]
    dates = [moment.isoformat(sep=" ") for moment in table.column("InvoiceDate").to_pylist()]
    link = sqlite3.connect(":memory:")
    link.execute("CREATE TABLE lines (InvoiceNo, CustomerID, Quantity, UnitPrice, InvoiceDate)")
    link.executemany("INSERT INTO lines VALUES (?, ?, ?, ?, ?)", zip(*cells, dates, strict=True))
    link.execute(TRADE)
    return link
