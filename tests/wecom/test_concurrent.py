"""Copies that arrive at the same moment, with real commits and real threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connections
from django.test import Client

from core import clock
from core.models import InboxMessage, Job
from tenants.context import entered
from tenants.models import Domain, Tenant
from tests.wecom.forge_desk import AES_KEY, CALLBACK_KEY, CORP_ID, TOKEN, event, said
from wecom.models import WecomApp


def test_eight_copies_at_once_are_one_message(real_tenant: Callable[[], Tenant]) -> None:
    tenant = real_tenant()
    host = f"{tenant.slug}.localhost"
    Domain.objects.create(domain=host, tenant=tenant, surface=Domain.Surface.STAFF)
    with entered(tenant):
        WecomApp.objects.create(
            corp_id=CORP_ID,
            agent_id="1",
            secret="s",
            token=TOKEN,
            aes_key=AES_KEY,
            callback_key=CALLBACK_KEY,
            connected_at=clock.now(),
        )
    copies = [said(event()) for _ in range(8)]

    def push(number: int) -> int:
        forged = copies[number]
        client: Any = Client(HTTP_HOST=host)
        try:
            url = f"{forged.path}?{forged.query}"
            return int(client.generic("POST", url, forged.body, "text/xml").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(push, range(8)))

    assert answers == [200] * 8
    with entered(tenant):
        assert InboxMessage.objects.get().deliveries == 8
        assert Job.objects.filter(name="wecom.handle_callback").count() == 1
