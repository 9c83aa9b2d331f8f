"""Browsers for tests: the console over a bench, entered as a sample person of an office."""

from dataclasses import replace
from typing import Any

from starlette.testclient import TestClient

from console.web.app import make_app
from console.web.visit import COOKIE, Console
from tasks.operators import add_operator
from tasks.sign_in import enter_as
from tests.factory import Bench


class Browser(TestClient):
    """A browser of one person; `post_form` carries the session's token as the pages' forms do."""

    csrf: str = ""

    def post_form(self, path: str, **fields: Any) -> Any:
        """Posts a form with the token; redirects are not followed."""
        return self.post(path, data={"csrf": self.csrf, **fields}, follow_redirects=False)


def browse(bench: Bench, organisation: str, duty: str = "officer", **console: Any) -> Browser:
    """A browser in which the holder of a duty in an organisation has come in; without organisation nobody has."""
    house = replace(bench.house, sample=True)
    browser = Browser(
        make_app(Console(house, demonstration=True, **console)), base_url="http://console.example"
    )
    if organisation:
        entered = enter_as(house, f"{organisation}.{duty}", organisation)
        browser.cookies.set(COOKIE, entered.token)
        browser.csrf = entered.csrf
    return browser


def operate(bench: Bench, **console: Any) -> Browser:
    """A browser in which an operator has come in."""
    with bench.work() as work:
        add_operator(work, "operator.officer", name="运行人员（示例）")
    return browse(bench, "operator", **console)
