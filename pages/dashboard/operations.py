"""What runs behind the pages: dead letters, long tasks, the audit log."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from core import selectors
from core.jobs import list_dead, retry_dead
from core.tasks import ask_to_cancel
from org.contracts import policy
from pages.http import page_of


@policy("staff", "jobs.view")
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    context = {"page": page_of(request, list_dead()), "lanes": selectors.list_lanes()}
    return render(request, "dashboard/settings/jobs.html", context)


@policy("staff", "jobs.view")
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    context = {"page": page_of(request, selectors.list_dead_messages())}
    return render(request, "dashboard/settings/inbox.html", context)


@policy("staff", "jobs.retry", object_kind="job")
@require_POST
def job_retry(request: HttpRequest, job_id: int) -> HttpResponse:
    if retry_dead(job_id):
        messages.success(request, "已重新排队")
    else:
        messages.warning(request, "这项作业已不在停止状态")
    return redirect("/settings/jobs")


@policy("staff", "tasks.view")
@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    page = page_of(request, selectors.list_tasks())
    template = "dashboard/settings/tasks.html"
    if request.headers.get("HX-Request"):
        template += "#rows"
    return render(request, template, {"page": page})


@policy("staff", "tasks.view", object_kind="task")
@require_GET
def task(request: HttpRequest, task_id: str) -> HttpResponse:
    found = selectors.get_task(task_id)
    template = "dashboard/settings/task.html"
    if request.headers.get("HX-Request"):
        template += "#progress"
    return render(request, template, {"task": found})


@policy("staff", "tasks.cancel", object_kind="task")
@require_POST
def task_cancel(request: HttpRequest, task_id: str) -> HttpResponse:
    ask_to_cancel(selectors.get_task(task_id))
    return redirect(f"/tasks/{task_id}")


@policy("staff", "audit.view")
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    page = page_of(request, selectors.list_audit(), size=50)
    return render(request, "dashboard/settings/audit.html", {"page": page})
