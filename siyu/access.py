"""The rights matrix: role × capability, in one place, without a wildcard.

A capability is what a person may do, not where the button is. Data scope comes on top:
whatever the role, only the subtree of the person's own unit is visible.
"""

from org.contracts import Role

A, O, N, F, M, G, P = (
    Role.ADMIN,
    Role.OPERATOR,
    Role.ANALYST,
    Role.FINANCE,
    Role.MANAGER,
    Role.GUIDE,
    Role.PLATFORM,
)

MATRIX: dict[str, frozenset[Role]] = {
    "today.view": frozenset({A, O, N, F, M}),
    "metrics.view": frozenset({A, O, N, F, M}),
    "metrics.export": frozenset({A, O, N, F}),
    "members.view": frozenset({A, O, N, M}),
    "members.edit": frozenset({A, O, M}),
    "orders.view": frozenset({A, O, N, F, M}),
    "orders.import": frozenset({A, O}),
    "orders.ship": frozenset({A, O, M}),
    "orders.refund": frozenset({A, O, F}),
    "orders.export": frozenset({A, O, F}),
    "products.view": frozenset({A, O, N, F, M}),
    "products.edit": frozenset({A, O}),
    "cards.view": frozenset({A, O, N, M}),
    "cards.edit": frozenset({A, O}),
    "cards.export": frozenset({A, O}),
    "commission.view": frozenset({A, O, F, M}),
    "commission.rules": frozenset({A, F}),
    "commission.settle": frozenset({A, F}),
    "org.view": frozenset({A, O, M}),
    "org.edit": frozenset({A}),
    "staff.edit": frozenset({A}),
    "staff.view_as": frozenset({A}),
    "api_keys.edit": frozenset({A}),
    "connections.view": frozenset({A, O}),
    "connections.edit": frozenset({A}),
    "jobs.view": frozenset({A, O}),
    "jobs.retry": frozenset({A}),
    "tasks.view": frozenset({A, O, N, F, M}),
    "audit.view": frozenset({A}),
    "guide.home": frozenset({G, M}),
    "guide.customers": frozenset({G, M}),
    "guide.share": frozenset({G, M}),
    "guide.income": frozenset({G, M}),
    "platform.tenants": frozenset({P}),
    "platform.provision": frozenset({P}),
    "platform.suspend": frozenset({P}),
    "platform.jobs": frozenset({P}),
    "platform.clock": frozenset({P}),
}


class Rights:
    """Fills `org.contracts.RightsMatrix`; an unknown capability is denied to all."""

    def allows(self, role: str, capability: str) -> bool:
        return role in {entry.value for entry in MATRIX.get(capability, frozenset())}
