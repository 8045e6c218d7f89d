"""What a greeting says, known from the push alone: the guide and the code's state."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from acquisition.models import Scan
from core import clock, ports
from org.contracts import SiteUrls
from org.models import Staff

CARD_TEXT = "您好，我是{store}的{guide}。{benefit}已经为您准备好，点下面的链接就能领取。"
PLAIN_TEXT = "您好，我是{store}的{guide}，很高兴认识您，有需要随时找我。"
SCAN_HOURS = 24


@dataclass(frozen=True)
class Words:
    text: str
    link_title: str = ""
    link_url: str = ""


def words_for(staff: Staff, state: str) -> Words:
    """The text, and the claim link where the code's state leads to one promise.

    The link is safe to send before the person is known: whoever opens it sees only what
    is theirs.
    """
    scan = _scan_behind(state)
    names = {"guide": staff.name, "store": staff.unit.name if staff.unit else "门店"}
    if scan is None:
        return Words(PLAIN_TEXT.format(**names))
    batch = scan.card.batch
    text = _filled(batch.greeting or CARD_TEXT, {**names, "benefit": batch.benefit.name})
    url = ports.get(SiteUrls).customer_url(f"/card/claim/{scan.token}")
    return Words(text, f"领取{batch.benefit.name}", url)


def _scan_behind(state: str) -> Scan | None:
    """The newest waiting scan of a token or slot; None where several promise different things."""
    if not state:
        return None
    since = clock.now() - dt.timedelta(hours=SCAN_HOURS)
    scans = list(
        Scan.objects.select_related("card__batch__benefit")
        .filter(Q(token=state) | Q(way__state_text=state), created_at__gte=since)
        .exclude(state=Scan.State.EXPIRED)
        .order_by("-created_at", "-pk")[:20]
    )
    waiting = [scan for scan in scans if scan.state != Scan.State.MATCHED] or scans
    promised = {scan.card.batch.benefit_id for scan in waiting}
    return waiting[0] if len(promised) == 1 else None


def _filled(template: str, names: dict[str, str]) -> str:
    """Plain replacement: a brand's text is no program."""
    for name, value in names.items():
        template = template.replace("{" + name + "}", value)
    return template
