"""运费模板: what delivery costs, by region."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from mall.selectors import get_template_for, list_templates_for
from org.contracts import policy
from pages.dashboard.freight_forms import FreightForm
from pages.http import page_of, staff_of


@policy("staff", "products.view")
@require_GET
def templates(request: HttpRequest) -> HttpResponse:
    context = {"page": page_of(request, list_templates_for(staff_of(request)))}
    return render(request, "dashboard/freight/list.html", context)


@policy("staff", "products.edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, FreightForm(request.POST or None, actor=staff_of(request)))


@policy("staff", "products.edit", object_kind="freight")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, template_id: str) -> HttpResponse:
    found = get_template_for(staff_of(request), template_id)
    form = FreightForm(request.POST or None, actor=staff_of(request), template=found)
    return _edit(request, form)


def _edit(request: HttpRequest, form: FreightForm) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and form.save_or_explain():
        messages.success(request, "运费模板已保存，之后的订单按它计费")
        return redirect("/freight")
    return render(request, "dashboard/freight/edit.html", {"form": form})
