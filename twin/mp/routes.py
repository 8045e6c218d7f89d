"""The 公众号 part."""

from starlette.routing import BaseRoute

from twin.mp import accounts, sns
from twin.mp.schema import DDL

routes: list[BaseRoute] = [*accounts.routes, *sns.routes]
ddl = DDL
