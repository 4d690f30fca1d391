"""What a supervisor does with many tickets: finds them by a view, sorts them at once, takes them along as Excel."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.desk import DESK_TEXTS, Desk
from tests.browser.widget import Widget
from tests.paths import ROOT

BULK, VIEWS = DESK_TEXTS["bulk"], DESK_TEXTS["views"]
# The library that the gateway reads Excel files with, in its own environment.
READ = (
    "import json, openpyxl, sys; "
    "print(json.dumps([list(row) for row in openpyxl.load_workbook(sys.argv[1]).active.iter_rows(values_only=True)]))"
)


def test_tickets_are_found_by_a_view_sorted_and_taken_along(
    customer: Callable[..., Widget],
    desk_of: Callable[..., Desk],
    tmp_path: Path,
    screenshot: Callable[[Page, str], None],
) -> None:
    desk = desk_of("wang")
    page = desk.page
    for place, name in enumerate(("表一", "表二"), start=1):
        customer(name).queues(place)
    desk.go("search")
    waiting = page.get_by_role("radio", name=DESK_TEXTS["statuses"]["queued"])
    states = page.locator(".ant-segmented")
    states.get_by_text(DESK_TEXTS["statuses"]["queued"], exact=True).click()
    save_view(page, "等着的")
    states.get_by_text(DESK_TEXTS["search"]["all"], exact=True).click()
    page.get_by_role("button", name=VIEWS["title"]).click()
    page.get_by_role("menuitem", name="等着的").click()
    expect(waiting).to_be_checked()

    rows = page.locator("tbody tr.clickable")
    expect(rows).to_have_count(2)
    open_batch(page, "label")
    desk.dialog.get_by_role("combobox").fill("回访")
    page.keyboard.press("Enter")
    finish_batch(desk, "label")
    open_batch(page, "priority")
    desk.dialog.get_by_text(DESK_TEXTS["priorities"][1], exact=True).click()
    finish_batch(desk, "priority")
    for row in rows.all():
        expect(row).to_contain_text("回访")
        expect(row).to_contain_text(DESK_TEXTS["priorities"][1])
    screenshot(page, "1-sorted")

    head, *tickets = exported(page, tmp_path)
    told = [dict(zip(head, ticket, strict=True)) for ticket in tickets]
    assert {ticket["用户"] for ticket in told} == {"表一", "表二"}
    assert {(ticket["状态"], ticket["优先级"], ticket["标签"]) for ticket in told} == {("排队中", "优先", "回访")}
    notices_are_offered(page)


def save_view(page: Page, name: str) -> None:
    page.get_by_role("button", name=VIEWS["title"]).click()
    page.get_by_role("menuitem", name=VIEWS["save"]).click()
    page.get_by_role("textbox", name=VIEWS["name"]).fill(name)
    page.get_by_role("button", name=DESK_TEXTS["save"], exact=True).click()
    expect(page.get_by_role("button", name=name)).to_be_visible()


def open_batch(page: Page, action: str) -> None:
    page.get_by_role("checkbox", name=BULK["choose_all"]).check()
    page.get_by_role("button", name=BULK["title"]).click()
    page.get_by_role("menuitem", name=BULK["actions"][action], exact=True).click()


def finish_batch(desk: Desk, action: str) -> None:
    desk.dialog.get_by_role("button", name=BULK["actions"][action], exact=True).click()
    expect(desk.dialog).to_contain_text(BULK["done"].format(count=2))
    desk.dialog.get_by_role("button", name=BULK["close"]).click()
    # Nothing opens by itself when something is chosen again.
    expect(desk.dialog).to_have_count(0)


def exported(page: Page, folder: Path) -> list[list[str | None]]:
    page.get_by_role("button", name=DESK_TEXTS["insight"]["export"]).click()
    with page.expect_download() as download:
        page.get_by_role("link", name=DESK_TEXTS["exports"]["xlsx"]).click()
    file = folder / "tickets.xlsx"
    download.value.save_as(file)
    read = subprocess.run(
        [str(ROOT / "gateway/.venv/bin/python"), "-c", READ, str(file)], check=True, capture_output=True, text=True
    )
    table: list[list[str | None]] = json.loads(read.stdout)
    return table


def notices_are_offered(page: Page) -> None:
    # Browsers without a window refuse them whatever they are told; this one has not been asked yet.
    page.evaluate("() => { Object.defineProperty(Notification, 'permission', {get: () => 'default'}) }")
    page.locator(".rail-agent").click()
    page.get_by_role("menuitem", name=DESK_TEXTS["menu"]["push"]).click()
    expect(page.get_by_role("button", name=DESK_TEXTS["push"]["turn_on"])).to_be_visible()
