"""Moving business time forward: for demonstrations only, refused elsewhere."""

import datetime as dt
import json

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core import clock, ports
from core.clock import ClockOffset
from core.errors import InvalidInput
from org.contracts import policy


@csrf_exempt
@policy("machine")
@require_POST
def advance(request: HttpRequest) -> JsonResponse:
    """Forward by the `seconds` of a JSON body; refused unless this is a demo or a test."""
    try:
        seconds = int(json.loads(request.body)["seconds"])
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput("seconds 应为整数秒") from error
    offset = ports.get(ClockOffset).advance(dt.timedelta(seconds=seconds))
    return JsonResponse({"now": clock.now().isoformat(), "offset_seconds": offset.total_seconds()})
