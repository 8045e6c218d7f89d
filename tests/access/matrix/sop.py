"""Groups, their calendars, what is said in them, and what a guide confirms."""

from tests.access.row import Row

BRAND_WIDE = "日历属于整个品牌，品牌下的每家门店都看得到；结果只列自己门店的群"
SEES = "manager operator analyst admin"


def of_calendar(path: str, capability: str, roles: str, get: int, post: int, **more: object) -> Row:
    """A row below one calendar."""
    given: dict[str, object] = {
        "ids": {"calendar_id": "calendar"},
        "others": "manager admin" if "manager" in roles else "admin",
        "why": BRAND_WIDE if "manager" in roles else "",
        **more,
    }
    route = f"staff:/sop/<str:calendar_id>{path}"
    kind = "run" if "/runs/" in path else "calendar"
    return Row(route, "staff", capability, kind, roles, get=get, post=post, **given)


RUN = {"calendar_id": "calendar", "run_id": "run"}
SLOT = {"calendar_id": "calendar", "key": "slot_key"}
SLOT_FORM = {
    "minute": "900",
    "deadline_minutes": "60",
    "scene": "interact",
    "content_type": "culture",
    "title": "晒单",
    "weekdays": "0",
    "text": "晒一晒",
}

ROWS = (
    Row("staff:/groups", "staff", "groups.view", "", SEES, get=200, post=405),
    Row(
        "staff:/groups/speech",
        "staff",
        "groups.edit",
        "",
        "manager operator admin",
        get=200,
        post=200,
        form={"file": "@speech"},
        writes=False,
    ),
    Row(
        "staff:/groups/<str:group_id>",
        "staff",
        "groups.view",
        "group",
        SEES,
        get=200,
        post=405,
        ids={"group_id": "customer_group"},
        others="admin",
    ),
    Row(
        "staff:/groups/<str:group_id>/type",
        "staff",
        "groups.edit",
        "group",
        "manager operator admin",
        get=405,
        post=302,
        ids={"group_id": "customer_group"},
        form={"group_type": "vip"},
        others="admin",
    ),
    Row("staff:/sop", "staff", "sop.view", "", SEES, get=200, post=405),
    Row(
        "staff:/sop/new",
        "staff",
        "sop.edit",
        "",
        "operator admin",
        get=200,
        post=302,
        form={
            "name": "四月",
            "brand": "{brand_pk}",
            "group_type": "vip",
            "template": "community_day",
        },
    ),
    of_calendar("", "sop.view", SEES, 200, 405),
    of_calendar("/slots", "sop.edit", "operator admin", 200, 302, form=SLOT_FORM),
    of_calendar(
        "/slots/<str:key>", "sop.edit", "operator admin", 200, 302, ids=SLOT, form=SLOT_FORM
    ),
    of_calendar(
        "/slots/<str:key>/move",
        "sop.edit",
        "operator admin",
        405,
        302,
        ids=SLOT,
        form={"minute": "795"},
    ),
    of_calendar("/slots/<str:key>/remove", "sop.edit", "operator admin", 405, 302, ids=SLOT),
    of_calendar("/publish", "sop.publish", "operator admin", 200, 302),
    of_calendar("/discard", "sop.edit", "operator admin", 405, 302),
    of_calendar("/stop", "sop.publish", "operator admin", 200, 302, form={"reason": "换新的"}),
    of_calendar("/runs/<str:run_id>", "sop.view", SEES, 200, 405, ids=RUN),
    of_calendar("/runs/<str:run_id>/csv", "sop.view", SEES, 200, 405, ids=RUN),
    of_calendar("/runs/<str:run_id>/remind", "sop.edit", "operator admin", 405, 302, ids=RUN),
    of_calendar(
        "/runs/<str:run_id>/cancel",
        "sop.edit",
        "operator admin",
        200,
        302,
        ids=RUN,
        form={"reason": "写错"},
    ),
    Row("staff:/touches", "staff", "touches.view", "", SEES, get=200, post=405),
    Row("staff:/touches/why", "staff", "touches.view", "", SEES, get=200, post=405),
    Row(
        "staff:/touches/parked", "staff", "touches.decide", "", "operator admin", get=200, post=405
    ),
    Row(
        "staff:/touches/parked/<str:mark>",
        "staff",
        "touches.decide",
        "chunk",
        "operator admin",
        get=405,
        post=302,
        ids={"mark": "parked_chunk"},
        form={"choice": "drop"},
        others="admin",
    ),
    Row(
        "staff:/touches/<str:plan_id>",
        "staff",
        "touches.view",
        "plan",
        SEES,
        get=200,
        post=405,
        ids={"plan_id": "plan"},
        others="manager admin",
        why="一次触达可以跨门店；每个人只看到自己门店的那部分",
    ),
    Row("staff:/g/confirm", "staff", "guide.confirm", "", "guide manager", get=200, post=405),
    Row("staff:/g/groups", "staff", "guide.confirm", "", "guide manager", get=200, post=405),
)
