"""django-oscar's OrderCreator in processes of its own; run by the Python of its own venv.

`oscar_orders.py prepare` makes the tables and one product. `oscar_orders.py run PROCESSES
SECONDS` places orders of one piece and prints orders, seconds, and pieces allocated, as
JSON. No HTTP, no session, no middleware: all in its favour.
"""

import json
import multiprocessing
import os
import sys
import time
import uuid
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings
from django.core.management import call_command
from oscar import defaults
from oscar.core.loading import get_class, get_model

PATIENCE_SECONDS = 60.0
APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sites",
    "django.contrib.flatpages",
    "oscar.config.Shop",
    "oscar.apps.analytics.apps.AnalyticsConfig",
    "oscar.apps.checkout.apps.CheckoutConfig",
    "oscar.apps.address.apps.AddressConfig",
    "oscar.apps.shipping.apps.ShippingConfig",
    "oscar.apps.catalogue.apps.CatalogueConfig",
    "oscar.apps.catalogue.reviews.apps.CatalogueReviewsConfig",
    "oscar.apps.communication.apps.CommunicationConfig",
    "oscar.apps.partner.apps.PartnerConfig",
    "oscar.apps.basket.apps.BasketConfig",
    "oscar.apps.payment.apps.PaymentConfig",
    "oscar.apps.offer.apps.OfferConfig",
    "oscar.apps.order.apps.OrderConfig",
    "oscar.apps.customer.apps.CustomerConfig",
    "oscar.apps.search.apps.SearchConfig",
    "oscar.apps.voucher.apps.VoucherConfig",
    "oscar.apps.wishlists.apps.WishlistsConfig",
    "oscar.apps.dashboard.apps.DashboardConfig",
    "oscar.apps.dashboard.reports.apps.ReportsDashboardConfig",
    "oscar.apps.dashboard.users.apps.UsersDashboardConfig",
    "oscar.apps.dashboard.orders.apps.OrdersDashboardConfig",
    "oscar.apps.dashboard.catalogue.apps.CatalogueDashboardConfig",
    "oscar.apps.dashboard.offers.apps.OffersDashboardConfig",
    "oscar.apps.dashboard.partners.apps.PartnersDashboardConfig",
    "oscar.apps.dashboard.pages.apps.PagesDashboardConfig",
    "oscar.apps.dashboard.ranges.apps.RangesDashboardConfig",
    "oscar.apps.dashboard.reviews.apps.ReviewsDashboardConfig",
    "oscar.apps.dashboard.vouchers.apps.VouchersDashboardConfig",
    "oscar.apps.dashboard.communications.apps.CommunicationsDashboardConfig",
    "oscar.apps.dashboard.shipping.apps.ShippingDashboardConfig",
    "widget_tweaks",
    "haystack",
    "treebeard",
    "django_tables2",
]


def configure() -> None:
    url = urlsplit(os.environ["OSCAR_DATABASE_URL"])
    settings.configure(
        SECRET_KEY="bench",
        SITE_ID=1,
        USE_TZ=True,
        INSTALLED_APPS=APPS,
        ROOT_URLCONF="__main__",
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        HAYSTACK_CONNECTIONS={
            "default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}
        },
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": url.path.lstrip("/"),
                "USER": unquote(url.username or ""),
                "PASSWORD": unquote(url.password or ""),
                "HOST": url.hostname,
                "PORT": url.port,
                "CONN_MAX_AGE": None,
            }
        },
        **{name: value for name, value in vars(defaults).items() if name.isupper()},
    )
    django.setup()


def prepare() -> None:
    call_command("migrate", interactive=False, verbosity=0)
    kind = get_model("catalogue", "ProductClass").objects.create(
        name="Goods", track_stock=True, requires_shipping=False
    )
    product = get_model("catalogue", "Product").objects.create(title="Hot", product_class=kind)
    get_model("partner", "StockRecord").objects.create(
        product=product,
        partner=get_model("partner", "Partner").objects.create(name="House"),
        partner_sku="HOT",
        price=Decimal("49.00"),
        num_in_stock=1_000_000,
    )


def place_many(seconds: float) -> int:
    baskets = get_model("basket", "Basket").objects
    creator = get_class("order.utils", "OrderCreator")()
    calculator = get_class("checkout.calculators", "OrderTotalCalculator")()
    strategy = get_class("partner.strategy", "Default")
    shipping = get_class("shipping.methods", "NoShippingRequired")()
    product, placed = get_model("catalogue", "Product").objects.get(), 0
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        basket = baskets.create()
        basket.strategy = strategy()
        basket.add_product(product)
        charge = shipping.calculate(basket)
        creator.place_order(
            basket=basket,
            total=calculator.calculate(basket, charge),
            shipping_method=shipping,
            shipping_charge=charge,
            order_number=uuid.uuid4().hex,
            status="Pending",
        )
        basket.submit()
        placed += 1
    return placed


def _work(seconds: float, gate: Any, counts: Any) -> None:
    configure()
    gate.wait(PATIENCE_SECONDS)
    counts.put(place_many(seconds))


def run(processes: int, seconds: float) -> None:
    context = multiprocessing.get_context("spawn")
    gate, counts = context.Barrier(processes + 1), context.Queue()
    crew = [context.Process(target=_work, args=(seconds, gate, counts)) for _ in range(processes)]
    for one in crew:
        one.start()
    gate.wait(PATIENCE_SECONDS)
    began = time.perf_counter()
    placed = sum(counts.get(timeout=seconds + PATIENCE_SECONDS) for _ in crew)
    took = time.perf_counter() - began
    for one in crew:
        one.join()
    configure()
    answer = {
        "placed": placed,
        "seconds": took,
        "orders": get_model("order", "Order").objects.count(),
        "allocated": get_model("partner", "StockRecord").objects.get().num_allocated,
    }
    print(json.dumps(answer))


urlpatterns: list[object] = []

if __name__ == "__main__":
    if sys.argv[1] == "prepare":
        configure()
        prepare()
    else:
        run(int(sys.argv[2]), float(sys.argv[3]))
