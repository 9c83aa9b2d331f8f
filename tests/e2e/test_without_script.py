"""A piece of work from sign-in to the trail without a line of script."""

from playwright.sync_api import Browser

from tests.e2e.browser import seat
from tests.factory import Bench

PROVINCE = "430000-mz.officer"


def test_work_is_done_without_script(browser: Browser, base: str, played: Bench) -> None:
    with seat(browser, base, played, PROVINCE, scripts=False) as sitting:
        # Somebody comes in from the page of sample people.
        sitting.context.clear_cookies()
        sitting.open("/demonstration?q=430000-mz")
        with sitting.page.expect_navigation():
            sitting.page.locator(f'form:has(input[value="{PROVINCE}"]) button').click()
        assert sitting.path == "/todo"

        # A form that is wrong comes back with what was typed.
        sitting.open("/act/opening.extend_batch?batch=2&fixed=batch&back=/todo")
        sitting.page.fill("[name=reason]", "疫情防控（演示）")
        sitting.page.locator("form.sheet button").first.click()
        sitting.page.wait_for_load_state()
        kept = sitting.page.input_value("[name=reason]")
        assert (kept, sitting.page.locator(".error").count() > 0) == ("疫情防控（演示）", True)

        # Put right it is done, and the page says so.
        sitting.page.fill("[name=submit_by]", "2024-03-15")
        sitting.page.fill("[name=post_by]", "2024-03-19")
        with sitting.page.expect_navigation():
            sitting.page.locator("form.sheet button").first.click()
        assert sitting.path == "/todo"
        assert "已办理" in sitting.page.locator("[role=status]").first.inner_text()

        # It stands in the trail.
        sitting.open("/audit?table=batch")
        assert "疫情防控（演示）" in sitting.page.locator("main").inner_text()


def test_table_is_filtered_and_sorted_without_script(
    browser: Browser,
    base: str,
    played: Bench,
) -> None:
    with seat(browser, base, played, PROVINCE, scripts=False) as sitting:
        sitting.open("/pairs")
        before = sitting.page.locator("main tbody tr").count()
        sitting.page.locator("form.filter input[name=q]").fill("430200")
        with sitting.page.expect_navigation():
            sitting.page.locator("form.filter button").first.click()

        after = sitting.page.locator("main tbody tr").count()
        assert 0 < after < before
