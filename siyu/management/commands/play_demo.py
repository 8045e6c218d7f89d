"""`manage.py play_demo`: give the demo merchant its history, once."""

from typing import Any

from siyu.demo import play_demo
from siyu.demo.live import open_show
from tenants.commands import ReportingCommand


class Command(ReportingCommand):
    help = "在孪生上演一遍演示商家的四十天（只演一次）"

    def report(self, **options: Any) -> dict[str, Any]:
        return {**play_demo(self.progress), "live_rooms": open_show()}
