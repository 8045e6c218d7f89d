import datetime as dt

import pytest

from core import clock
from tests.wechatpay.conftest import Shop
from wechatpay.gateway import WechatPayGateway
from wecom.services import connect_mp
from wecom.logins import MpCustomerDirectory

pytestmark = pytest.mark.django_db


def test_smoke(shop: Shop) -> None:
    d = MpCustomerDirectory()
    url = d.authorize_url("https://m.aurora.localhost/card/back", "abc")
    code = shop.twin.consent(shop.person, url)
    print(d.identify(code))
    shop.twin.post(f"mps", appid=shop.appid, secret="a"*32, name="A", oauth_domains=["m.aurora.localhost"], bound_to_open_platform=True)
