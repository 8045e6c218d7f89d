"""What our commands share: a tenant entered, JSON on the last line, refusals in Chinese."""

import json
import sys
from abc import abstractmethod
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core.context import acting_as
from core.errors import PortFailure, Refusal
from tenants.context import TenantUnavailable, entered, to_public
from tenants.models import Tenant


class ReportingCommand(BaseCommand):
    """`report` returns one object: the last line with --json, lines of text without.

    A refusal prints its Chinese sentence on stderr and exits with 1; so does a report
    that sets `failed`, after its object was printed.
    """

    failed = ""

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting_as(kind="command", label=type(self).__module__.rpartition(".")[2]):
                answer = self.run(**options)
        except (Refusal, PortFailure) as refused:
            self.stderr.write(refused.text)
            sys.exit(1)
        finally:
            to_public()
        if options["as_json"]:
            self.stdout.write(json.dumps(answer, ensure_ascii=False, default=str))
        else:
            for name, value in answer.items():
                self.stdout.write(f"{name}: {value}")
        if self.failed:
            self.stderr.write(self.failed)
            sys.exit(1)

    def run(self, **options: Any) -> dict[str, Any]:
        return self.report(**options)

    @abstractmethod
    def report(self, **options: Any) -> dict[str, Any]: ...

    def progress(self, line: str) -> None:
        self.stderr.write(line)


class TenantCommand(ReportingCommand):
    """A command for one merchant, named by `--tenant SLUG`."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--tenant", required=True)

    def run(self, **options: Any) -> dict[str, Any]:
        to_public()
        tenant = Tenant.objects.filter(slug=options["tenant"], state=Tenant.State.READY).first()
        if tenant is None:
            raise TenantUnavailable(f"没有运行中的商家 {options['tenant']}")
        with entered(tenant):
            return self.report(**options)
