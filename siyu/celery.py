"""The doorbell: one task, a queue for each lane, and nothing that Redis may lose."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "siyu.settings")

import django
from celery import Celery
from celery.exceptions import Reject
from celery.signals import worker_process_init
from django.conf import settings
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from tenants.runner import JobRejected
from tenants.runner import run_due as run_tenant_lane
from tenants.scheduler import BrokerSilent

app = Celery("siyu", set_as_current=True)
app.conf.update(
    broker_url=settings.REDIS_URL,
    task_ignore_result=True,
    task_default_queue="default",
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=2_000,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "socket_connect_timeout": 0.5,
        "socket_timeout": 2.0,
        "max_retries": 1,
    },
    task_publish_retry=False,
)


@worker_process_init.connect
def _set_up_django(**_: Any) -> None:
    django.setup()


@app.task(name="siyu.run_due", acks_late=False)
def run_due(schema_name: str, lane: str) -> int:
    """Run what a tenant owes in a lane. A message is only a ring: losing it is harmless."""
    try:
        return run_tenant_lane(schema_name, lane)
    except JobRejected as error:
        raise Reject(str(error), requeue=False) from error


class CeleryDoorbell:
    """Fills `core.jobs.Doorbell`."""

    def ring(self, schema_name: str, lane: str) -> None:
        try:
            run_due.apply_async((schema_name, lane), queue=lane, expires=60, retry=False)
        except (OperationalError, RedisError, OSError) as error:
            raise BrokerSilent(str(error)) from error
