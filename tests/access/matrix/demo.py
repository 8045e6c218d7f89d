"""Demonstrations: what they hold, and the clicks that make and wipe them."""

from tests.access.row import Row

ROWS = (
    Row(
        "staff:/settings/demo",
        "staff",
        "demo.view",
        "",
        "manager operator analyst finance admin",
        get=200,
        post=405,
    ),
    Row(
        "staff:/settings/demo/wipe",
        "staff",
        "demo.wipe",
        "",
        "admin",
        get=405,
        post=302,
        writes=False,
        why="这里不是演示商家，没有可清除的",
    ),
    Row("platform:/demo/year", "staff", "platform.provision", "", "platform", get=200, post=302),
    Row(
        "platform:/tenants/<slug:slug>/wipe",
        "staff",
        "platform.archive",
        "tenant",
        "platform",
        get=405,
        post=302,
        ids={"slug": "tenant"},
        others="platform",
        writes=False,
        why="真实的商家不能清除",
    ),
)
