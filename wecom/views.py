"""The callback address: prove it, store it, answer it. The work is a job."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from org.contracts import policy
from wecom.guard import (
    MAX_BODY_BYTES,
    CallbackRefused,
    check_signature,
    open_message,
    read_envelope,
)
from wecom.models import WecomApp
from wecom.selectors import find_app_by_key
from wecom.services import note_verified, receive_callback


@policy("machine")
@csrf_exempt
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest, callback_key: str) -> HttpResponseBase:
    app = find_app_by_key(callback_key)
    if app is None:
        return HttpResponse(status=404)
    try:
        if request.method == "GET":
            return _verify(request, app)
        return _receive(request, app)
    except CallbackRefused as refused:
        return HttpResponse(status=refused.status)


def _verify(request: HttpRequest, app: WecomApp) -> HttpResponse:
    query = dict(request.GET.lists())
    given = query.get("echostr", [])
    if len(given) != 1:
        raise CallbackRefused("echostr")
    echo = given[0].replace(" ", "+")
    check_signature(app.token, query, echo)
    plain = open_message(app.aes_key, app.corp_id, echo)
    note_verified(app)
    return HttpResponse(plain, content_type="text/plain; charset=utf-8")


def _receive(request: HttpRequest, app: WecomApp) -> HttpResponse:
    envelope = read_envelope(_read_body(request))
    ciphertext = envelope.get("Encrypt", "")
    check_signature(app.token, dict(request.GET.lists()), ciphertext)
    if envelope.get("ToUserName", app.corp_id) != app.corp_id:
        raise CallbackRefused("receiver")
    receive_callback(app, open_message(app.aes_key, app.corp_id, ciphertext))
    return HttpResponse("success", content_type="text/plain")


def _read_body(request: HttpRequest) -> bytes:
    """At most one byte more than is allowed, whatever the sender announces."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not declared.isdigit() or int(declared) > MAX_BODY_BYTES:
        raise CallbackRefused("too large", 413)
    return request.read(MAX_BODY_BYTES + 1)
