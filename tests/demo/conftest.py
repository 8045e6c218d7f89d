"""When the demo years of the tests end."""

import datetime as dt

UNTIL = dt.date(2026, 2, 28)
