"""Orders of other platforms, brought in from their export files.

Rules: docs/rules.md, 订单导入口径.
"""

from mall.services.imports.mappings import delete_mapping, save_mapping
from mall.services.imports.running import TaskMoved, run_import
from mall.services.imports.starting import order_import, resume_instead, start_import

__all__ = [
    "TaskMoved",
    "delete_mapping",
    "order_import",
    "resume_instead",
    "run_import",
    "save_mapping",
    "start_import",
]
