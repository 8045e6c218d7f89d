"""`manage.py scheduler`: ring what is due, again and again."""

from typing import Any

from django.core.management.base import BaseCommand

from tenants.scheduler import Scheduler


class Command(BaseCommand):
    help = "按到期时间唤醒各商家的作业（可同时运行两个）"

    def handle(self, *args: Any, **options: Any) -> None:
        # script/server takes this line for the process being up.
        self.stdout.write("scheduler ready")
        Scheduler().run()
