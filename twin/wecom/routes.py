"""The WeCom part."""

from starlette.routing import BaseRoute

from twin.wecom import (
    acquisition,
    auth,
    callbacks,
    console,
    contact_way,
    directory,
    external,
    login,
    media,
    message,
    tags,
    welcome,
)
from twin.wecom.schema import DDL

routes: list[BaseRoute] = [
    *auth.routes,
    *login.routes,
    *directory.routes,
    *external.routes,
    *contact_way.routes,
    *acquisition.routes,
    *tags.routes,
    *welcome.routes,
    *message.routes,
    *media.routes,
    *console.routes,
]
ddl = DDL
senders = {callbacks.KIND: callbacks.deliver}
