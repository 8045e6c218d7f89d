"""Knocking: a request by somebody, its answer, and whether anything changed."""

from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from tests.access.asking import things
from tests.access.canaries import body_of
from tests.access.checksums import Books, changed
from tests.access.stage import Stage
from tests.world import Browser


@dataclass
class Door:
    """The pages of Aurora (of Breeze by `side`), knocked at by any role."""

    stage: Stage
    books: Books = field(init=False)

    def __post_init__(self) -> None:
        schemas = (self.stage.aurora.tenant.schema_name, self.stage.breeze.tenant.schema_name)
        self.books = Books(schemas)

    def named(self, group: str = "own") -> dict[str, str]:
        return things(self.stage, group, self.stage.aurora)

    def browser(self, role: str, surface: str, **more: Any) -> Browser:
        side = self.stage.aurora
        host = "platform.localhost" if surface == "platform" else side.host(surface)
        headers = {"HTTP_HOST": host, **side.credentials[role], **more}
        return Browser(raise_request_exception=False, **headers)

    def ask(self, role: str, method: str, address: str, group: str = "own", /, **data: Any) -> Any:
        """`address` is "surface:/path"; it and the values of `data` may name {things}."""
        surface, _, path = address.partition(":")
        named = self.named(group)
        browser = self.browser(role, surface)
        fields = {name: _filled(value, named) for name, value in data.items()}
        path = path.format(**named)
        return browser.get(path, fields) if method == "GET" else browser.post(path, fields)

    def refuses(
        self, status: int, role: str, method: str, address: str, group: str = "own", /, **data: Any
    ) -> Any:
        """The answer, once it is the refusal expected and no row of anybody changed."""
        before = self.books.whole()
        with transaction.atomic():
            answer = self.ask(role, method, address, group, **data)
            after = self.books.whole()
            transaction.set_rollback(True)
        assert answer.status_code == status, (answer.status_code, body_of(answer)[:300])
        for side in (self.stage.aurora, self.stage.breeze):
            assert changed(before, after, side.tenant.schema_name) == [], "refused, yet written"
        return answer

    def opens(
        self, role: str, method: str, address: str, group: str = "own", /, **data: Any
    ) -> Any:
        """The same request by whoever may: so that the refusal means something."""
        with transaction.atomic():
            answer = self.ask(role, method, address, group, **data)
            transaction.set_rollback(True)
        assert answer.status_code in (200, 204, 302), (answer.status_code, body_of(answer)[:300])
        return answer


def _filled(value: Any, named: dict[str, str]) -> Any:
    if isinstance(value, bytes):
        return SimpleUploadedFile("table.csv", value)
    return value.format(**named) if isinstance(value, str) else value
