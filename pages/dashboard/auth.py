"""Logging in and out, and borrowing another's eyes."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Refusal
from org.contracts import policy
from org.selectors import get_staff_for
from org.services import check_password_login
from pages import sessions
from pages.http import real_staff_of, safe_next


@policy("public")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    context = {"next": safe_next(request, "/"), "username": request.POST.get("username", "")}
    if request.method != "POST":
        return render(request, "dashboard/login.html", context)
    try:
        staff = check_password_login(
            username=context["username"], password=request.POST.get("password", "")
        )
    except Refusal as refused:
        context["refusal"] = refused.text
        return render(request, "dashboard/login.html", context, status=refused.status)
    sessions.open_session(request, staff)
    return redirect(context["next"])


@policy("staff")
@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    sessions.close_session(request)
    return redirect("/login")


@policy("staff", "staff.view_as", object_kind="staff")
@require_POST
def view_as(request: HttpRequest, staff_id: str) -> HttpResponse:
    other = get_staff_for(real_staff_of(request), staff_id)
    sessions.look_through(request, other)
    messages.info(request, f"正在以{other.name}的身份查看，不能修改")
    return redirect("/")


@policy("public")
@require_GET
def view_as_end(request: HttpRequest) -> HttpResponse:
    """A GET, because everything else is refused while looking through another's eyes."""
    sessions.look_no_more(request)
    return redirect("/org/staff")
