"""The WeCom part."""

from starlette.routing import BaseRoute

from twin.wecom import (
    acquisition,
    auth,
    callbacks,
    confirming,
    console,
    contact_way,
    directory,
    external,
    figures,
    groups,
    join_way,
    login,
    mass_results,
    mass_send,
    media,
    message,
    moments,
    tags,
    welcome,
)
from twin.wecom.schema import DDL, GROUPS, MASS_SENDS

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
    *mass_send.routes,
    *mass_results.routes,
    *groups.routes,
    *join_way.routes,
    *figures.routes,
    *moments.routes,
    *media.routes,
    *console.routes,
]
ddl = DDL + GROUPS + MASS_SENDS
senders = {callbacks.KIND: callbacks.deliver}
sweeps = [confirming.sweep]
