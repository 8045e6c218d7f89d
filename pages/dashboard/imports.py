"""导入订单: a file looked at, its columns named, rehearsed, then brought in by a worker.

Between the steps the query string is the state; the file waits under its upload's token.
"""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.errors import NotFound, Refusal
from mall import selectors, services
from mall.selectors import import_words
from mall.selectors.imports import get_mapping, look_at_file
from org.contracts import policy
from org.models import OrgUnit
from org.selectors import list_brands_for
from pages.dashboard.import_forms import MappingForm, UploadForm, answers_of
from pages.exports import csv_response
from pages.http import page_of, staff_of
from pages.uploads import keep_upload, upload_path

PREVIEW_ORDERS = 20
START = {"unit": "yuan", "timezone": "Asia/Shanghai", "buyer_kind": "generic"}


@policy("staff", "orders.import")
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None, actor=staff_of(request))
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_keep(form))
        except Refusal as refused:
            form.refuse(refused)
    context = {
        "form": form,
        "page": page_of(request, selectors.list_imports_for(staff_of(request))),
    }
    return render(request, "dashboard/imports/upload.html", context)


@policy("staff", "orders.import", object_kind="upload")
@require_GET
def look(request: HttpRequest, token: str) -> HttpResponse:
    """The first orders as the import would take them, with the mapping beside them."""
    upload_path(token)
    context: dict[str, Any] = {
        "token": token,
        "platform": request.GET.get("platform", ""),
        "brand": _brand(request),
        "saved": selectors.list_mappings(),
        "needed": import_words.NEEDED,
    }
    try:
        context |= _look(token, request.GET)
    except Refusal as refused:
        context["refusal"] = import_words.in_words(refused.text)
    return render(request, "dashboard/imports/look.html", context)


@policy("staff", "orders.import", object_kind="upload")
@require_POST
def start(request: HttpRequest, token: str) -> HttpResponse:
    """Hand the file to a worker; a dry run compares everything and writes nothing."""
    path, brand = upload_path(token), _brand(request)
    try:
        mapping = _mapping(path, request.GET)
        if mapping is not None and (name := request.POST.get("save_as", "").strip()):
            services.save_mapping(name=name, mapping=mapping)
        task = services.start_import(
            path=path,
            platform=request.GET.get("platform", ""),
            brand=brand,
            mapping=mapping,
            detail_path=_detail(request.GET),
            dry_run="dry_run" in request.POST,
            actor=staff_of(request),
        )
    except Refusal as refused:
        messages.error(request, refused.text)
        return redirect(f"/orders/import/{token}?{request.GET.urlencode()}")
    return redirect(f"/tasks/{task.public_id}")


@policy("staff", "orders.import", object_kind="task")
@require_GET
def errors_csv(request: HttpRequest, task_id: str) -> HttpResponse:
    problems = selectors.list_import_problems(selectors.get_import_for(staff_of(request), task_id))
    rows = ((row["row"], row["code"], row["message"], row.get("raw", "")) for row in problems)
    return csv_response("import-problems", ("行", "代码", "问题", "原文"), rows)


def _keep(form: UploadForm) -> str:
    """Where the kept file is looked at."""
    told = form.cleaned_data
    state = {"platform": told["platform"], "brand": told["brand"].public_id}
    if told["saved"] and told["platform"] == "generic":
        state["mapping"] = told["saved"]
    token = keep_upload(told["file"])
    if told["detail"]:
        state["detail"] = keep_upload(told["detail"])
    return f"/orders/import/{token}?{urlencode(state)}"


def _look(token: str, told: QueryDict) -> dict[str, Any]:
    path, platform = upload_path(token), told.get("platform", "")
    plain = look_at_file(path, platform, limit=0) if platform == "generic" else None
    if plain is None:
        seen = look_at_file(path, platform, detail_path=_detail(told), limit=PREVIEW_ORDERS)
        return _shown(seen)
    form = MappingForm(_answers(told, plain.mapping), columns=plain.columns)
    if not form.is_valid():
        return {"form": form}
    try:
        mapping = form.mapping()
        seen = look_at_file(path, platform, mapping=mapping, limit=PREVIEW_ORDERS)
    except Refusal as refused:
        return {"form": form, "refusal": import_words.in_words(refused.text)}
    return {"form": form, "is_guess": plain.is_guess and "unit" not in told, **_shown(seen)}


def _shown(seen: Any) -> dict[str, Any]:
    totals = import_words.sum_preview(seen.preview)
    figures = totals.as_dict()
    return {
        "seen": seen,
        "counts": [(words, figures[name]) for name, words in import_words.TOTAL_WORDS],
        "amounts": [(words, figures[name]) for name, words in import_words.AMOUNT_WORDS],
        "flags": import_words.name_flags(totals.flagged_orders),
    }


def _answers(told: QueryDict, guess: Any) -> dict[str, str]:
    """What the person answered; else a saved mapping of that name; else the guess."""
    if "unit" in told:
        return told.dict()  # type: ignore[return-value]
    if name := told.get("mapping", ""):
        return answers_of(get_mapping(name))
    return answers_of(guess) if guess is not None else START


def _mapping(path: Path, told: QueryDict) -> Any:
    if told.get("platform") != "generic":
        return None
    plain = look_at_file(path, "generic", limit=0)
    form = MappingForm(_answers(told, plain.mapping), columns=plain.columns)
    if not form.is_valid():
        raise Refusal("字段对应关系有误，请检查后再开始")
    return form.mapping()


def _detail(told: QueryDict) -> Any:
    token = told.get("detail")
    return upload_path(str(token)) if token else None


def _brand(request: HttpRequest) -> OrgUnit:
    brands = list_brands_for(staff_of(request)).filter(public_id=request.GET.get("brand", ""))
    brand = brands.first()
    if brand is None:
        raise NotFound
    return brand
