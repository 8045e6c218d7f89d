"""保存的对应关系: how the columns of one's own systems are read, by name; changed and dropped."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import Refusal
from mall import selectors, services
from mall.selectors import import_words
from mall.selectors.imports import get_saved_mapping, read_saved
from org.contracts import policy
from pages.dashboard.import_forms import MappingForm, answers_of
from pages.http import page_of


class SavedMappingForm(MappingForm):
    """As on the preview, but without a file at hand: the columns' names are typed."""

    saved_name = forms.CharField(label="名称", max_length=60)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, columns=(), **kwargs)
        for name, words in import_words.FIELD_WORDS.items():
            field = forms.CharField(label=words, required=False, max_length=100)
            field.widget.attrs["class"] = "form-control"
            self.fields[f"c_{name}"] = field
        self.order_fields(["saved_name"])


@policy("staff", "orders.import")
@require_GET
def mappings(request: HttpRequest) -> HttpResponse:
    page = page_of(request, selectors.list_mappings())
    return render(request, "dashboard/imports/mappings.html", {"page": page})


@policy("staff", "orders.import", object_kind="mapping")
@require_http_methods(["GET", "POST"])
def mapping(request: HttpRequest, mapping_id: int) -> HttpResponse:
    found = get_saved_mapping(mapping_id)
    if request.method == "GET":
        form = SavedMappingForm({**answers_of(read_saved(found)), "saved_name": found.name})
    else:
        form = SavedMappingForm(request.POST)
        if form.is_valid() and _save(request, form, mapping_id):
            return redirect("/orders/import/mappings")
    context = {"form": form, "mapping": found}
    return render(request, "dashboard/imports/mapping.html", context)


@policy("staff", "orders.import", object_kind="mapping")
@require_POST
def mapping_delete(request: HttpRequest, mapping_id: int) -> HttpResponse:
    found = get_saved_mapping(mapping_id)
    services.delete_mapping(name=found.name)
    messages.success(request, f"已删除「{found.name}」，导入过的订单不受影响")
    return redirect("/orders/import/mappings")


def _save(request: HttpRequest, form: SavedMappingForm, mapping_id: int) -> bool:
    found, name = get_saved_mapping(mapping_id), form.cleaned_data["saved_name"]
    try:
        services.change_mapping(found=found, name=name, mapping=form.mapping())
    except Refusal as refused:
        form.add_error(None, import_words.in_words(refused.text))
        return False
    messages.success(request, f"已保存「{name}」，下次导入时套用")
    return True
