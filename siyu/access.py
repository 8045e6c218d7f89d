"""The rights matrix: role × capability, in one place, without a wildcard.

A capability is what a person may do, not where the button is. Data scope comes on top:
whatever the role, only the subtree of the person's own unit is visible.
"""

from org.contracts import Role

A, OP, N, F, M, G, P = (
    Role.ADMIN,
    Role.OPERATOR,
    Role.ANALYST,
    Role.FINANCE,
    Role.MANAGER,
    Role.GUIDE,
    Role.PLATFORM,
)

MATRIX: dict[str, frozenset[Role]] = {
    "setup.view": frozenset({A, OP}),
    "setup.begin": frozenset({A, OP}),
    "today.view": frozenset({A, OP, N, F, M}),
    "metrics.view": frozenset({A, OP, N, F}),
    "metrics.export": frozenset({A, OP, N, F}),
    "members.view": frozenset({A, OP, N, M}),
    "members.edit": frozenset({A, OP, M}),
    "members.import": frozenset({A, OP}),
    "orders.view": frozenset({A, OP, N, F, M}),
    "orders.import": frozenset({A, OP}),
    "orders.ship": frozenset({A, OP, M}),
    "orders.refund": frozenset({A, OP, F}),
    "orders.export": frozenset({A, OP, F}),
    "products.view": frozenset({A, OP, N, F, M}),
    "products.edit": frozenset({A, OP}),
    "stock.view": frozenset({A, OP, N, F, M}),
    "stock.edit": frozenset({A, OP}),
    "sales.view": frozenset({A, OP, N, F, M}),
    "sales.edit": frozenset({A, OP}),
    "cards.view": frozenset({A, OP, N, M}),
    "cards.edit": frozenset({A, OP}),
    "cards.export": frozenset({A, OP}),
    "live.view": frozenset({A, OP, N, F, M}),
    "live.edit": frozenset({A, OP, M}),
    "groups.view": frozenset({A, OP, N, M}),
    "groups.edit": frozenset({A, OP, M}),
    "sop.view": frozenset({A, OP, N, M}),
    "sop.edit": frozenset({A, OP}),
    "sop.publish": frozenset({A, OP}),
    "touches.view": frozenset({A, OP, N, M}),
    "touches.decide": frozenset({A, OP}),
    "commission.view": frozenset({A, OP, F, M}),
    "commission.rules": frozenset({A, F}),
    "commission.settle": frozenset({A, F}),
    "payouts.view": frozenset({A, F}),
    "payouts.decide": frozenset({A, F}),
    "org.view": frozenset({A, OP, M}),
    "org.edit": frozenset({A}),
    "staff.edit": frozenset({A}),
    "staff.view_as": frozenset({A}),
    "api_keys.edit": frozenset({A}),
    "connections.view": frozenset({A, OP}),
    "connections.edit": frozenset({A}),
    "jobs.view": frozenset({A, OP}),
    "jobs.retry": frozenset({A}),
    "tasks.view": frozenset({A, OP, N, F, P}),
    "tasks.cancel": frozenset({A, OP}),
    "audit.view": frozenset({A}),
    "demo.view": frozenset({A, OP, N, F, M}),
    "demo.wipe": frozenset({A}),
    "guide.home": frozenset({G, M}),
    "guide.customers": frozenset({G, M}),
    "guide.confirm": frozenset({G, M}),
    "guide.share": frozenset({G, M}),
    "guide.live": frozenset({G, M}),
    "guide.income": frozenset({G, M}),
    "guide.payout": frozenset({G, M}),
    "platform.tenants": frozenset({P}),
    "platform.provision": frozenset({P}),
    "platform.suspend": frozenset({P}),
    "platform.archive": frozenset({P}),
    "platform.jobs": frozenset({P}),
}


class Rights:
    """Fills `org.contracts.RightsMatrix`; an unknown capability is denied to all."""

    def allows(self, role: str, capability: str) -> bool:
        return role in {entry.value for entry in MATRIX.get(capability, frozenset())}
