"""Orders of other platforms, brought in from their export files.

Rules: docs/rules.md, 订单导入口径.
"""

from mall.services.imports.customers import (
    order_member_import,
    run_member_import,
    start_member_import,
)
from mall.services.imports.mappings import change_mapping, delete_mapping, save_mapping
from mall.services.imports.running import TaskMoved, run_import
from mall.services.imports.starting import order_import, resume_instead, start_import

__all__ = [
    "TaskMoved",
    "change_mapping",
    "delete_mapping",
    "order_import",
    "order_member_import",
    "resume_instead",
    "run_import",
    "run_member_import",
    "save_mapping",
    "start_import",
    "start_member_import",
]
