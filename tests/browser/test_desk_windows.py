"""What windows offer before anybody asks: the menu in another order and a pinned question, published and taken back."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.desk import DESK_TEXTS, Desk
from tests.browser.staff import ADMIN
from tests.browser.test_accessibility import findings
from tests.browser.test_desk_studio import CHECKED_MS, confirm
from tests.browser.widget import Widget

STUDIO = DESK_TEXTS["studio"]
PINNED = "付款前要检查哪些才不容易失败"


def test_menu_and_pins_go_live_and_are_taken_back(
    customer: Callable[..., Widget], desk_of: Callable[..., Desk], screenshot: Callable[[Page, str], None]
) -> None:
    desk = desk_of(ADMIN)
    page = desk.page
    desk.go("studio")
    opened(page, STUDIO["menu"]["title"])
    rows = page.get_by_role("list", name=STUDIO["menu"]["title"]).get_by_role("listitem")
    expect(rows).to_have_count(6)
    handle = page.get_by_role("button", name=STUDIO["row_drag"].replace("{name}", "联系客服的方式"))
    names = [box.input_value() for box in rows.get_by_role("textbox").all()]
    moved(page, handle, place=6, to=1)
    expect(rows.first.get_by_role("textbox")).to_have_value(names[-1])
    rows.first.get_by_role("textbox").fill("找客服")
    assert not findings(page)
    screenshot(page, "1-menu")
    trial = page.get_by_role("textbox", name=STUDIO["trial_type"])
    trial.fill("你好")
    trial.press("Enter")
    # What was arranged is stored first; the greeting names it, and offers it first.
    log = page.get_by_role("log")
    expect(log.get_by_text("找客服、忘记密码")).to_be_visible()
    expect(log.get_by_role("button").first).to_have_text("找客服")
    screenshot(page, "2-menu-tried")

    page.get_by_role("link", name=STUDIO["back"]).click()
    pin(page, screenshot)

    page.get_by_role("link", name=STUDIO["to_review"]).click()
    page.get_by_role("button", name=STUDIO["check"], exact=True).click()
    expect(page.get_by_role("button", name=STUDIO["check_again"])).to_be_visible(timeout=CHECKED_MS)
    screenshot(page, "5-checked")
    confirm(page, STUDIO["publish"])
    expect(page.get_by_text("已发布，用时")).to_be_visible()

    first = customer("看菜单的")
    first.greeted()
    expect(first.log.get_by_role("button").first).to_have_text("找客服")
    expect(first.log.get_by_text(PINNED)).to_have_count(1)
    page.get_by_role("tab", name=STUDIO["tabs"]["versions"]).click()
    confirm(page, STUDIO["roll_back"])
    expect(page.get_by_text("已退回到第")).to_be_visible()


def pin(page: Page, screenshot: Callable[[Page, str], None]) -> None:
    """Pins a question, before the last of those that are."""
    opened(page, STUDIO["kinds"]["hot_questions"])
    page.get_by_role("button", name=STUDIO["hot"]["pin_add"]).click()
    pins = page.get_by_role("list", name=STUDIO["hot"]["pinned"]).get_by_role("listitem")
    expect(pins).to_have_count(5)
    pins.last.get_by_role("combobox", name=STUDIO["hot"]["answer"]).fill(PINNED)
    pins.last.get_by_role("combobox", name=STUDIO["hot"]["answer"]).press("Enter")
    pins.last.get_by_role("button", name=STUDIO["row_up"].replace("{name}", "置顶5")).click()
    page.get_by_role("button", name=STUDIO["save"]).click()
    preview = page.get_by_role("region", name=STUDIO["hot"]["preview"])
    expect(preview.get_by_role("listitem").nth(3)).to_contain_text(PINNED)
    assert not findings(page)
    screenshot(page, "3-pins")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.emulate_media(color_scheme="dark")
    screenshot(page, "4-pins-narrow-dark")
    page.set_viewport_size({"width": 1280, "height": 800})


def opened(page: Page, name: str) -> None:
    page.get_by_role("button", name=STUDIO["windows"]).hover()
    page.get_by_role("menuitem", name=name).click()


def moved(page: Page, handle: Locator, *, place: int, to: int) -> None:
    """Moves a row up by the keys; each press is announced before the next."""
    handle.focus()
    page.keyboard.press("Space")
    told = page.locator("[id^=DndLiveRegion]").first
    expect(told).to_contain_text(f"移到了第{place}个")
    for number in range(place - 1, to - 1, -1):
        page.keyboard.press("ArrowUp")
        expect(told).to_contain_text(f"移到了第{number}个")
    page.keyboard.press("Space")
