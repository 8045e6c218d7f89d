"""wechatpy 1.8.18, its files unmodified, with its connection led to the twin."""

import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from requests.adapters import HTTPAdapter
from requests.models import PreparedRequest, Response
from wechatpy.enterprise import WeChatClient

from tests.twin.wecom_kit import CORP

QYAPI = "https://qyapi.weixin.qq.com"


class ToTwin(HTTPAdapter):
    """Sends what is meant for WeCom to the twin; nothing else is changed."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base
        self.paths: list[str] = []

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        assert request.url is not None
        assert request.url.startswith(QYAPI)
        request.url = self._base + request.url.removeprefix(QYAPI)
        self.paths.append(request.path_url.partition("?")[0])
        return super().send(request, *args, **kwargs)


@pytest.fixture
def adapter(corp) -> ToTwin:
    return ToTwin(corp.twin.base)


@pytest.fixture
def wechatpy(corp, adapter) -> Iterator[WeChatClient]:
    client = WeChatClient(CORP["corp_id"], CORP["secret"], timeout=5)
    client._http.mount(QYAPI, adapter)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield client
