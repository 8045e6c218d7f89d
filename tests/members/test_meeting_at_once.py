"""Real threads and commits: many transactions meet the same strangers."""

import threading
from collections.abc import Callable

from django.db import connections

from core import clock
from members.contracts import Recognised
from members.models import Identity, Member
from members.services import recognise_many
from tenants.context import entered
from tenants.models import Tenant
from tests.world import MONDAY


def test_strangers_met_by_many_at_once_are_made_once(
    real_tenant: Callable[[], Tenant],
) -> None:
    tenant = real_tenant()
    start = threading.Barrier(8)
    answers: list[int] = []

    def meet(number: int) -> None:
        with entered(tenant), clock.frozen(MONDAY):
            start.wait(timeout=10)
            for index in range(20):
                found = recognise_many(
                    [Recognised("k", (("tmall", f"b{index}"), (f"own{number}", f"{index}")))]
                )
                answers.append(found["k"])
        connections.close_all()

    threads = [threading.Thread(target=meet, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    with entered(tenant):
        assert len(answers) == 160
        assert len(set(answers)) == 20
        assert Member.objects.count() == 20
        assert Identity.objects.count() == 20 + 160
