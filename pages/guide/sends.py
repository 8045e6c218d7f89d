"""待你确认: messages that wait in the guide's client, said to be sent only when WeCom says so."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from community import selectors
from org.contracts import policy
from pages.http import page_of, staff_of

REFRESH_SECONDS = 30


@policy("staff", "guide.confirm")
@require_GET
def confirm(request: HttpRequest) -> HttpResponse:
    page = page_of(request, selectors.list_mine(staff_of(request)))
    rows = selectors.describe(page)
    context = {
        "tab": "today",
        "page": page,
        "waiting": [row for row in rows if row.is_waiting],
        "others": [row for row in rows if not row.is_waiting],
        "seconds": REFRESH_SECONDS,
    }
    return render(request, "guide/confirm.html", context)


@policy("staff", "guide.confirm")
@require_GET
def groups(request: HttpRequest) -> HttpResponse:
    page = page_of(request, selectors.list_groups_of(staff_of(request)))
    runs = selectors.last_runs(page.object_list)
    rows = [(group, runs.get(group.pk)) for group in page]
    return render(request, "guide/groups.html", {"tab": "today", "page": page, "rows": rows})
