"""今日: three things worth doing, and what the guide has earned."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core import clock
from distribution.selectors import income_of, list_opportunities
from org.contracts import policy
from outreach.selectors import list_waiting_for
from pages.http import staff_of


@policy("staff", "guide.home")
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    guide = staff_of(request)
    context = {
        "tab": "today",
        "today": clock.today(),
        "opportunities": list_opportunities(guide),
        "income": income_of(guide),
        "waiting": list_waiting_for(guide).count(),
    }
    return render(request, "guide/today.html", context)
