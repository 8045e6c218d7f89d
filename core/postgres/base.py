"""PostgreSQL backend whose foreign keys are immediate.

A deferred key fails at COMMIT, far from the statement that broke it, and loses its
SQLSTATE on a sharded database; an immediate one is 23503 at its own statement.
"""

from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import (
    DatabaseOperations as PostgresOperations,
)


class DatabaseOperations(PostgresOperations):
    def deferrable_sql(self) -> str:
        return ""


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
