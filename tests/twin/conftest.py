"""The twin, emptied before each test, a corp in it, and a product that is called back."""

import threading
from collections.abc import Iterator

import pytest

from tests.twin.pay_kit import pay_twin, shop, whole_shop
from tests.twin.wecom_kit import CORP, KEY, TOKEN, Corp, Product, TwinProcess, free_port, serve
from tests.twin.witness_kit import adapter, wechatpy

__all__ = ["adapter", "pay_twin", "shop", "wechatpy", "whole_shop"]


@pytest.fixture(scope="session")
def product_server() -> Iterator[Product]:
    product = Product(free_port())
    server = serve(product)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield product
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture(scope="session")
def twin_process(
    tmp_path_factory: pytest.TempPathFactory, product_server: Product
) -> Iterator[TwinProcess]:
    twin = TwinProcess(tmp_path_factory.mktemp("twin"), free_port(), product_server.port)
    twin.start()
    yield twin
    twin.stop()


@pytest.fixture
def twin(twin_process: TwinProcess) -> TwinProcess:
    """The twin, empty."""
    twin_process.admin("POST", "reset")
    return twin_process


@pytest.fixture
def product(product_server: Product) -> Product:
    """The product, having seen nothing."""
    product_server.requests, product_server.answers, product_server.echo = [], [], None
    return product_server


@pytest.fixture
def corp(twin: TwinProcess) -> Corp:
    twin.admin("POST", "corps", **CORP)
    where = f"corps/{CORP['corp_id']}"
    twin.admin("POST", f"{where}/departments", id=2, name="一号店")
    twin.admin("POST", f"{where}/members", userid="cai", name="蔡", department_ids=[2])
    twin.admin("POST", f"{where}/members", userid="dee", name="狄", department_ids=[1])
    made = Corp(twin)
    made.token = made.fetch_token()["access_token"]
    return made


@pytest.fixture
def callback(corp: Corp, product: Product) -> Product:
    """Aurora's callback address is set, without the verification round."""
    corp.twin.admin(
        "POST",
        "corps",
        corp_id=CORP["corp_id"],
        callback_url="https://aurora.localhost/wecom/callback/abc",
        token=TOKEN,
        aes_key=KEY,
    )
    return product
