"""What every benchmark prints: rounds, medians with their range, ratios, the machine."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version


@dataclass
class Series:
    """Seconds of one way of doing the work, a round each."""

    name: str
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def row(self) -> str:
        low, high = min(self.seconds), max(self.seconds)
        return f"{self.name:<34} {self.median:>9.3f} s   [{low:.3f} … {high:.3f}]"


def print_machine(*packages: str) -> None:
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    kept = ", ".join(f"{name} {version(name)}" for name in packages)
    print(f"{os.cpu_count()} 核，负载 {load}，Python {platform.python_version()}，{kept}")


def print_ratio(words: str, above: Sequence[float], below: Sequence[float], reach: str) -> float:
    """The median of the ratios round by round, with their range, beside what to reach."""
    ratios = [a / b for a, b in zip(above, below, strict=True)]
    middle = statistics.median(ratios)
    print(f"{words}: {middle:.2f}× [{min(ratios):.2f} … {max(ratios):.2f}]   目标 {reach}")
    return middle
