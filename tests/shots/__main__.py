"""`script/shots`: visit every GET route as the person who uses it, and judge what is seen.

Fails on horizontal overflow, console errors, broken images, clipped text, Latin words
outside the allow-list, and on phones touch targets under 44 px; a person then looks at
the pictures, which are left in `build/shots`.
"""

import argparse
import os
import sys
from pathlib import Path

import django

# Playwright keeps a loop of its own in this thread; nothing here runs in it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
django.setup()

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.shots.judging import Verdict, judge  # noqa: E402
from tests.shots.people import PEOPLE, Visitor  # noqa: E402
from tests.shots.places import Place, places_for  # noqa: E402
from tests.shots.tour import take_pictures  # noqa: E402

OUT = Path("build/shots")
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", help="只看名字里有这段文字的页面")
    parser.add_argument("--tour", action="store_true", help="只拍 README 用的图")
    wanted_part = parser.parse_args()
    only = wanted_part.only
    OUT.mkdir(parents=True, exist_ok=True)
    verdicts: list[Verdict] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        if wanted_part.tour:
            return take_pictures(browser)
        for person in PEOPLE:
            visitor = Visitor(browser, person)
            wanted = [p for p in places_for(person) if only in f"{person.name} {p.name}"]
            verdicts += [_visit(visitor, place) for place in wanted]
            visitor.close()
        browser.close()
    bad = [verdict for verdict in verdicts if verdict.faults]
    for verdict in bad:
        print(f"✗ {verdict.name}")
        for fault in verdict.faults:
            print(f"    {fault}")
    print(f"看过 {len(verdicts)} 页，{len(bad)} 页有问题；图片在 {OUT}")
    return 1 if bad or not verdicts else 0


def _visit(visitor: Visitor, place: Place) -> Verdict:
    page = visitor.open(place.url)
    name = f"{visitor.person.name}-{place.name}"
    page.screenshot(path=str(OUT / f"{name}.png"), full_page=not visitor.person.is_phone)
    verdict = judge(page, name, place, is_phone=visitor.person.is_phone, log=visitor.console)
    page.close()
    return verdict


if __name__ == "__main__":
    sys.exit(main())
