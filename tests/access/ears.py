"""Listening to what is logged while a request is answered."""

import logging
from typing import Self

from tests.access.canaries import Canaries


class Ears(logging.Handler):
    """Keeps the log lines in which a mark stands; listens while it is entered."""

    def __init__(self, canaries: Canaries) -> None:
        super().__init__()
        self.canaries = canaries
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{record.getMessage()} {record.exc_info}"
        if self.canaries.is_in(line.encode()):
            self.lines.append(line)

    def heard(self) -> list[str]:
        """What was heard since the last time."""
        lines, self.lines = self.lines, []
        return lines

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
