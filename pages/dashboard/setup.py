"""开店清单: what a new brand still has to do, and a beginning made from its trade."""

from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from acquisition.selectors import list_batches_for
from community.selectors import list_calendars_for
from community.services import create_calendar_from_template
from core import audit
from mall.selectors import list_benefits_for, list_orders_for, list_products_for
from members.selectors import count_tags
from members.services import define_tags
from org.contracts import Role, policy
from org.models import OrgUnit, Staff
from org.selectors import describe_connections, list_brands_for, list_staff_for, list_units_for
from pages.dashboard.industries import INDUSTRIES, Industry, find_industry
from pages.http import staff_of

STARTER = "community_day"
GROUP_TYPE = "welfare"


@dataclass(frozen=True)
class Step:
    """One line of the list; `is_done` is read from what is there, never ticked by hand."""

    name: str
    why: str
    url: str
    action: str
    is_done: bool


@policy("staff", "setup.view")
@require_GET
def setup(request: HttpRequest) -> HttpResponse:
    actor = staff_of(request)
    steps = list_steps(actor)
    chosen = find_industry(request.GET.get("industry", ""))
    context = {
        "steps": steps,
        "done": sum(step.is_done for step in steps),
        "industries": INDUSTRIES,
        "chosen": chosen,
        "brands": list_brands_for(actor),
    }
    return render(request, "dashboard/setup.html", context)


@policy("staff", "setup.begin")
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Tags and a draft calendar of the trade; nothing is sent and nothing published."""
    actor = staff_of(request)
    industry = find_industry(request.POST.get("industry", ""))
    brand = list_brands_for(actor).filter(public_id=request.POST.get("brand", "")).first()
    if industry is None or brand is None:
        messages.error(request, "请选择行业和品牌")
        return redirect("/setup")
    messages.success(request, _begin(actor, brand, industry))
    return redirect(f"/setup?industry={industry.code}")


_STEPS = (
    ("连接企业微信", "没有它，加不了好友", "/settings/connections", "去连接"),
    ("连接公众号", "顾客从这里登录", "/settings/connections", "去连接"),
    ("连接微信支付", "收款、退款、给导购付佣金", "/settings/connections", "去连接"),
    ("建好门店和导购", "业绩要有归属", "/org/units", "去导入"),
    ("选行业，生成标签和群日历", "从同行的做法改起", "#industry", "去选"),
    ("放上商品", "导购有东西可卖", "/products/new", "去添加"),
    ("定一个包裹卡福利", "卡上写什么，决定有没有人扫", "/cards/benefits/new", "去定"),
    ("印 50 张包裹卡试试", "先小后大", "/cards/new", "去印"),
    ("发布一份群日历", "发布前先看体检结果", "/sop", "去看"),
    ("导入历史订单", "老顾客也能认出来", "/orders/import", "去导入"),
)


def list_steps(actor: Staff) -> list[Step]:
    """The ten steps of a new brand, in the order in which they help each other."""
    return [Step(*words, is_done) for words, is_done in zip(_STEPS, _done(actor), strict=True)]


def _done(actor: Staff) -> list[bool]:
    connected = describe_connections()
    stores = list_units_for(actor).filter(kind=OrgUnit.Kind.STORE).exists()
    guides = list_staff_for(actor).filter(role=Role.GUIDE).exists()
    return [
        *(
            bool(connected.get(kind, {}).get("is_connected"))
            for kind in ("wecom", "mp", "wechatpay")
        ),
        stores and guides,
        bool(count_tags()),
        list_products_for(actor).exists(),
        list_benefits_for(actor).exists(),
        list_batches_for(actor).exists(),
        _has_published(actor),
        list_orders_for(actor).exists(),
    ]


def _has_published(actor: Staff) -> bool:
    return list_calendars_for(actor).filter(state="live").exists()


@transaction.atomic
def _begin(actor: Staff, brand: OrgUnit, industry: Industry) -> str:
    tags = define_tags(industry.tags)
    name = f"{industry.name}·福利群的一天"
    known = list_calendars_for(actor).filter(brand=brand, name=name).exists()
    if not known:
        create_calendar_from_template(
            name=name, brand=brand, group_type=GROUP_TYPE, template=STARTER
        )
    audit.record("pages.setup.begun", brand, after={"industry": industry.code, "tags": tags})
    calendar = "日历已经有了" if known else "一份群日历草稿（没有发布）"
    return f"已生成 {tags} 个标签，{calendar}"
