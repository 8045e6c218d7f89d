"""`manage.py demo_logins`: who may log in where, for the person at the terminal."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from siyu.demo.cast import login_lines


class Command(BaseCommand):
    help = "列出演示账号"

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SIYU_ENV != "demo":
            return
        for login in login_lines():
            name = f"{login['username']} / " if login["username"] else ""
            self.stdout.write(f"{login['who']}：{login['url']}  {name}{login['password']}")
