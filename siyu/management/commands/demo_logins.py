"""`manage.py demo_logins`: who may log in where, for the person at the terminal."""

from typing import Any

from django.core.management.base import BaseCommand

from siyu.demo import LOGINS


class Command(BaseCommand):
    help = "列出演示账号"

    def handle(self, *args: Any, **options: Any) -> None:
        for login in LOGINS:
            self.stdout.write("  ".join(login.values()))
