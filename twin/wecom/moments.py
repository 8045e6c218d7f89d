"""客户朋友圈 (developer pages 95094, 97612, 93333): the corp has no permission, 48002."""

from starlette.routing import BaseRoute

from twin.wecom.endpoint import Answer, Call, get, post
from twin.wecom.errors import Refused

POSTED = (
    "add_moment_task",
    "cancel_moment_task",
    "get_moment_list",
    "get_moment_task",
    "get_moment_customer_list",
    "get_moment_send_result",
    "get_moment_comments",
)


def closed(call: Call) -> Answer:
    """Whatever is asked."""
    raise Refused(48002)


routes: list[BaseRoute] = [
    *(post(f"externalcontact/{name}", closed, None) for name in POSTED),
    get("externalcontact/get_moment_task_result", closed),
]
