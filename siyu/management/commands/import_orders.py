"""`manage.py import_orders --tenant T --platform tmall FILE`: another platform's orders in."""

import resource
import time
from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import transaction

from core.errors import InvalidInput, NotFound
from core.models import LongTask
from mall.importing import Mapping, find_detail_beside, sniff, suggest_mapping
from mall.importing.refusals import BadMapping, FileMissing, MappingNeeded
from mall.selectors import get_mapping, list_mappings
from mall.services import order_import, resume_instead, run_import, save_mapping
from org.models import OrgUnit
from org.selectors import find_default_brand, find_unit_by_code
from tenants.commands import TenantCommand

PLATFORMS = ("tmall", "jd", "youzan", "douyin", "generic")


class Command(TenantCommand):
    help = "从平台导出的文件导入订单"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--platform", required=True, choices=PLATFORMS)
        parser.add_argument("--detail", type=Path, help="天猫的宝贝明细")
        parser.add_argument(
            "--mapping", default="", help="保存过的对应关系的名称，或 JSON 文件（按名称保存）"
        )
        parser.add_argument("--brand", default="", help="品牌的组织编码")
        parser.add_argument("--dry-run", action="store_true", help="只核对，不写入")

    def report(self, **options: Any) -> dict[str, Any]:
        if not options["dry_run"]:
            return self._import(**options)
        with transaction.atomic():
            answer = self._import(**options)
            transaction.set_rollback(True)
        return answer

    def _import(self, **options: Any) -> dict[str, Any]:
        started = time.monotonic()
        detail, mapping = self._find_detail(options), self._find_mapping(options)
        task = order_import(
            path=options["file"],
            platform=options["platform"],
            brand=_brand(options["brand"]),
            mapping=mapping,
            detail_path=detail,
            dry_run=options["dry_run"],
        )
        task = run_import(resume_instead(task).pk, tell=self.progress)
        return {
            **_result(task),
            "dry_run": options["dry_run"],
            "detail": detail.name if detail else None,
            "mapping": mapping.name if mapping else None,
            "task": task.public_id,
            "seconds": round(time.monotonic() - started, 1),
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }

    def _find_detail(self, options: dict[str, Any]) -> Path | None:
        named: Path | None = options["detail"]
        if named or options["platform"] != "tmall":
            return named
        found = find_detail_beside(options["file"])
        if found:
            self.progress(f"同时读取旁边的宝贝明细：{found.name}")
        return found

    def _find_mapping(self, options: dict[str, Any]) -> Mapping | None:
        if options["platform"] != "generic":
            return None
        if options["mapping"]:
            return _named_mapping(options["mapping"])
        guessed = suggest_mapping(sniff(options["file"]).columns)
        if guessed is None:
            raise MappingNeeded
        pairs = "，".join(f"{field}={column}" for field, column in guessed.columns.items())
        self.progress(f"没有指定字段对应关系，按表头推测：{pairs}")
        return guessed


def _named_mapping(text: str) -> Mapping:
    """A file of that path, which is saved by its name; else the one saved under the name."""
    path = Path(text)
    if not path.is_file() and path.suffix != ".json":
        return _saved_mapping(text)
    mapping = _read_mapping(path)
    save_mapping(name=mapping.name, mapping=mapping)
    return mapping


def _saved_mapping(name: str) -> Mapping:
    try:
        return get_mapping(name)
    except NotFound:
        known = "、".join(list_mappings().values_list("name", flat=True)) or "还没有保存过"
        raise BadMapping(f"没有名为「{name}」的对应关系（{known}）") from None


def _read_mapping(path: Path) -> Mapping:
    """The file's own name where the mapping has none."""
    if not path.is_file():
        raise FileMissing(f"找不到字段对应关系：{path.name}")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BadMapping("字段对应关系应为 UTF-8 编码的 JSON") from None
    mapping = Mapping.from_json(text)
    return mapping if mapping.name else replace(mapping, name=path.stem)


def _brand(code: str) -> OrgUnit:
    brand = find_unit_by_code(code) if code else find_default_brand()
    if brand is None or brand.kind != OrgUnit.Kind.BRAND:
        raise InvalidInput(f"没有编码为 {code} 的品牌" if code else "请先建立一个品牌")
    return brand


def _result(task: LongTask) -> dict[str, Any]:
    if task.state == LongTask.State.FAILED:
        raise InvalidInput(task.result["message"])
    return dict(task.result)
