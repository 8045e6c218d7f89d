"""The notify address: prove it, store it, answer it. The work is a job."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from org.contracts import policy
from wechatpay.guard import MAX_BODY_BYTES, NoticeRefused, check_signature, open_notice
from wechatpay.selectors import find_merchant_by_key
from wechatpay.services import receive_notice


@policy("machine")
@csrf_exempt
@require_POST
def notify(request: HttpRequest, notify_key: str) -> HttpResponseBase:
    merchant = find_merchant_by_key(notify_key)
    if merchant is None:
        return _fail(404)
    try:
        body = _read_body(request)
        check_signature(merchant, request.headers, body)
        receive_notice(merchant, open_notice(merchant, body))
    except NoticeRefused as refused:
        return _fail(refused.status)
    return HttpResponse(status=204)


def _fail(status: int) -> HttpResponse:
    return JsonResponse({"code": "FAIL", "message": "失败"}, status=status)


def _read_body(request: HttpRequest) -> bytes:
    """At most one byte more than is allowed, whatever the sender announces."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not declared.isdigit() or int(declared) > MAX_BODY_BYTES:
        raise NoticeRefused("too large", 413)
    body = request.read(MAX_BODY_BYTES + 1)
    if len(body) > MAX_BODY_BYTES:
        raise NoticeRefused("too large", 413)
    return body
