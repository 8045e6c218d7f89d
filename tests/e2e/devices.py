"""The devices of the play: a phone of 375 px for each person, a desk of 1440 px."""

import re
from typing import Any

from tests.e2e.stage import Stage

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 20_000
"""Milliseconds that a page or an element may take on a busy machine."""


def open_browser(playwright: Any) -> Any:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


class Device:
    """A browser of one person. Faults of scripts are kept, to fail the play at its end."""

    def __init__(self, browser: Any, stage: Stage, width: int, height: int) -> None:
        stage.devices.append(self)
        self.stage = stage
        self.faults: list[str] = []
        self.context = browser.new_context(
            viewport={"width": width, "height": height},
            has_touch=width < 500,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        self.context.set_default_timeout(PATIENCE)
        self.page = self.new_page()

    def new_page(self) -> Any:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: {error}"))
        page.on("response", self._note)
        return page

    def _note(self, response: Any) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} {response.url}")

    def shot(self, name: str) -> None:
        self.stage.shot(self.page, name)


class Desk(Device):
    """A member of staff at the dashboard, logged in with a password."""

    def __init__(self, browser: Any, stage: Stage, username: str, password: str) -> None:
        super().__init__(browser, stage, 1440, 900)
        self.open("/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", password)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(lambda url: not url.split("?")[0].endswith("/login"))

    def open(self, path: str) -> None:
        self.page.goto(self.stage.staff_url + path)

    def fill(self, **fields: Any) -> None:
        """Fields of the page's form by name: text, a choice by its label, or a tick."""
        for name, value in fields.items():
            found = self.page.locator(f"main [name={name}], .page-body [name={name}]").first
            if isinstance(value, bool):
                found.set_checked(value)
            elif found.evaluate("field => field.tagName") == "SELECT":
                found.select_option(label=value)
            else:
                found.fill(str(value))

    def press(self, label: str | re.Pattern[str]) -> None:
        self.page.locator(".page-body").get_by_role("button", name=label).click()

    def follow(self, label: str) -> None:
        self.page.locator(".page-body").get_by_role("link", name=label, exact=True).click()

    def says(self, text: str) -> None:
        self.page.locator(".page-body .alert", has_text=text).first.wait_for()


class Phone(Device):
    """A phone at the twin; `taps` counts what its holder touched on our pages."""

    def __init__(self, browser: Any, stage: Stage) -> None:
        super().__init__(browser, stage, 375, 812)
        self.taps = 0

    def tap(self, target: Any) -> None:
        self.taps += 1
        target.click()

    def button(self, label: str | re.Pattern[str]) -> Any:
        """A button, or a link that looks like one, on the page in hand."""
        page = self.page
        return (
            page.get_by_role("button", name=label).or_(page.get_by_role("link", name=label)).first
        )

    def become_customer(self, name: str) -> None:
        """A new person takes the phone."""
        self.page.goto(f"{self.stage.twin.base}/phone/who")
        self.page.fill("[name=name]", name)
        self.page.get_by_role("button", name="添加顾客").click()
        self.page.wait_for_url("**/phone/")

    def become_member(self, corp_id: str, userid: str) -> None:
        """A member of a corp takes the phone; the list of people may be too long to find them."""
        url = f"{self.stage.twin.base}/phone/be/{userid}?corp_id={corp_id}"
        self.context.request.post(url)
