"""Two peers of the callback address behind our own middleware, on our own tables.

`/textbook` is the synchronous view of the tutorials: prove and decrypt with wechatpy, then
everything by plain ORM before the answer. It keeps no inbox, asks WeCom nothing and sends
nothing. `/one` looks a row up and answers.
"""

import datetime as dt
import hashlib
from typing import Any

import xmltodict
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from wechatpy.enterprise.crypto import WeChatCrypto

from siyu.wsgi import application

from core import clock  # isort: skip
from members.models import Contact, Identity, Member, MemberTag, Tag, TimelineEntry  # isort: skip
from org.contracts import policy  # isort: skip
from org.models import Staff  # isort: skip
from outreach.models import Greeting  # isort: skip
from tenants import middleware  # isort: skip
from wecom.models import WecomApp  # isort: skip

__all__ = ["application"]


@policy("machine")
@csrf_exempt
def textbook(request: HttpRequest) -> HttpResponse:
    app, query = WecomApp.objects.get(), request.GET
    crypto = WeChatCrypto(app.token, app.aes_key, app.corp_id)
    text = crypto.decrypt_message(
        request.body, query["msg_signature"], query["timestamp"], query["nonce"]
    )
    with transaction.atomic():
        _keep(xmltodict.parse(text)["xml"])
    return HttpResponse("success")


def _keep(event: dict[str, Any]) -> None:
    now, external = clock.now(), event["ExternalUserID"]
    at = dt.datetime.fromtimestamp(int(event["CreateTime"]), dt.UTC)
    staff = Staff.objects.get(wecom_userid=event["UserID"])
    known = Identity.objects.filter(kind="external", value=external).first()
    member = known.member if known else Member.objects.create(owner=staff, created_at=at)
    if known is None:
        Identity.objects.create(member=member, kind="external", value=external, created_at=now)
    contact, _ = Contact.objects.update_or_create(
        staff=staff, external_userid=external, defaults={"member": member, "added_at": at}
    )
    tag, _ = Tag.objects.get_or_create(group_name="来源", name="比", defaults={"created_at": now})
    MemberTag.objects.get_or_create(member=member, tag=tag, defaults={"source": "bench", "at": now})
    TimelineEntry.objects.get_or_create(
        member=member, kind="added", ref=str(contact.pk), defaults={"at": at, "text": "添加"}
    )
    code = event["WelcomeCode"]
    Greeting.objects.get_or_create(
        key=hashlib.sha256(code.encode()).hexdigest(),
        defaults={
            "welcome_code": code,
            "staff": staff,
            "external_userid": external,
            "text": "您好",
            "received_at": now,
            "deadline_at": now + dt.timedelta(seconds=20),
        },
    )


@policy("machine")
@csrf_exempt
def one(request: HttpRequest) -> HttpResponse:
    return HttpResponse(WecomApp.objects.values_list("corp_id", flat=True).get())


urlpatterns = [path("textbook", textbook), path("one", one)]
middleware.URLCONFS["staff"] = __name__
