"""What helps agents to answer: suggested answers, canned replies, internal notes."""

from __future__ import annotations

import json
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Complaints
from tests.browser.desk import DESK_TEXTS, Desk
from tests.browser.widget import Widget


def test_a_suggested_answer_is_looked_over_and_sent(
    customer: Callable[..., Widget], desk_of: Callable[..., Desk], screenshot: Callable[[Page, str], None]
) -> None:
    desk = desk_of("lin")
    widget = customer("小问")
    widget.queues()
    desk.serve("小问")
    widget.say("注销账号要多久")
    desk.once("注销账号要多久")
    suggestion = desk.suggestions.get_by_role("button").first
    expect(suggestion).to_contain_text("注销")
    screenshot(desk.page, "1-suggestions")
    suggestion.click()
    # It is the agent who sends it.
    expect(desk.reply).not_to_have_value("")
    expect(desk.log.locator('[data-author="agent"]')).to_have_count(0)
    screenshot(desk.page, "2-chosen")
    said = desk.reply.input_value()
    assert "注销" in said
    desk.reply.press("End")
    desk.reply.press_sequentially(" 您看可以吗？")
    desk.reply.press("Enter")
    row = widget.log.locator('[data-author="agent"]')
    expect(row).to_have_count(1)
    expect(row).to_contain_text("您看可以吗？")
    for line in filter(None, said.splitlines()):
        expect(row).to_contain_text(line.strip())
    screenshot(widget.page, "3-received")
    # Another question has other answers.
    widget.say("我忘记密码了")
    expect(desk.suggestions.get_by_role("button").first).to_contain_text("密码")


def test_a_canned_reply_is_found_with_a_slash(
    customer: Callable[..., Widget],
    desk_of: Callable[..., Desk],
    screenshot: Callable[[Page, str], None],
    complaints: Complaints,
) -> None:
    # A text with an unknown variable is refused.
    complaints.forgive("422")
    desk = desk_of("lin")
    widget = customer("小快")
    widget.queues()
    desk.serve("小快")
    desk.reply.press_sequentially("/")
    expect(desk.canned.get_by_role("option")).not_to_have_count(1)
    screenshot(desk.page, "1-all")
    # By its initials; what was written wrong is no obstacle once it is taken back.
    desk.reply.press_sequentially("jtx")
    expect(desk.canned).to_have_count(0)
    desk.reply.press("Backspace")
    expect(desk.canned.get_by_role("option").first).to_contain_text("请发截图")
    screenshot(desk.page, "2-found")
    desk.reply.press("Enter")
    text = "方便的话，请您发一张出问题页面的截图。截图前请先把银行卡号、验证码这些信息遮住。"
    expect(desk.reply).to_have_value(text)
    expect(desk.canned).to_have_count(0)
    desk.reply.press("Enter")
    widget.once(text)
    # By a word, the second one, with the mouse.
    desk.reply.press_sequentially("/稍等")
    desk.canned.get_by_role("option").filter(has_text="请稍等").last.click()
    expect(desk.reply).not_to_have_value("/稍等")
    said = desk.reply.input_value()
    desk.page.locator(".composer-send").click()
    widget.once(said)
    expect(widget.log.locator('[data-author="agent"]')).to_have_count(2)
    # What looks for a canned reply and finds none is for the user only if the agent says so.
    desk.reply.press_sequentially("/没有这个")
    desk.reply.press("Enter")
    expect(desk.page.get_by_text(DESK_TEXTS["composer"]["no_such_canned"])).to_be_visible()
    expect(desk.reply).to_have_value("/没有这个")
    desk.reply.fill("您好")
    desk.reply.press("Enter")
    widget.once("您好")
    expect(widget.log.locator('[data-author="agent"]')).to_have_count(3)
    on_a_phone(desk, screenshot)
    # Looking at the shortcuts leaves them as they were.
    desk.log.focus()
    desk.page.keyboard.press("?")
    expect(desk.dialog).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(desk.dialog).to_be_hidden()
    desk.page.keyboard.press("Alt+KeyT")
    expect(desk.dialog).to_be_visible()
    desk.page.keyboard.press("Escape")
    macro_ends_the_chat(desk, widget, screenshot)


def on_a_phone(desk: Desk, screenshot: Callable[[Page, str], None]) -> None:
    """One column: the conversation has the whole width, and nothing stands beyond the edge."""
    before = desk.page.viewport_size
    desk.page.set_viewport_size({"width": 390, "height": 844})
    expect(desk.queue).to_be_hidden()
    for part in (desk.reply, desk.log):
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert box["width"] > 300
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= 390
    screenshot(desk.page, "phone")
    assert before is not None
    desk.page.set_viewport_size(before)
    expect(desk.queue).to_be_visible()


def macro_ends_the_chat(desk: Desk, widget: Widget, screenshot: Callable[[Page, str], None]) -> None:
    """A reply of the agent's own, which also labels the ticket and ends the chat once they say so."""
    texts = DESK_TEXTS["replies"]
    desk.go("replies")
    desk.page.get_by_role("button", name=texts["add"]).click()
    desk.dialog.get_by_label(texts["title"], exact=True).fill("办结")
    desk.dialog.get_by_label(texts["text"], exact=True).fill("{名字}，办好了")
    desk.dialog.get_by_label(texts["labels"], exact=True).fill("退款")
    desk.page.keyboard.press("Enter")
    desk.dialog.get_by_text(texts["endings"]["close"], exact=True).click()
    save = desk.dialog.locator(".ant-btn-primary")
    save.click()
    expect(desk.dialog.locator(".ant-form-item-explain-error")).to_be_visible()
    desk.dialog.get_by_label(texts["text"], exact=True).fill("{工单号}办好了")
    save.click()
    expect(desk.dialog).to_be_hidden()
    screenshot(desk.page, "3-replies")
    desk.go("workspace")
    desk.open("小快")
    desk.reply.fill("/办结")
    desk.reply.press("Enter")
    desk.page.get_by_role("button", name=DESK_TEXTS["composer"]["macro_send"]["close"]).click()
    desk.dialog.get_by_role("button", name=DESK_TEXTS["composer"]["macro_yes"]).click()
    expect(widget.log.locator('[data-author="agent"]').last).to_contain_text("办好了")
    desk.lists("mine")


def carrying(frames: list[str], *texts: str) -> list[str]:
    """Returns the frames that contain one of these texts, as it is or as JSON in ASCII."""
    wanted = [*texts, *(json.dumps(text)[1:-1] for text in texts)]
    return [frame for frame in frames if any(text in frame for text in wanted)]


def test_a_note_is_for_colleagues_only(
    widget: Widget, desk_of: Callable[..., Desk], screenshot: Callable[[Page, str], None]
) -> None:
    desk, supervisor = desk_of("lin"), desk_of("wang")
    received: list[str] = []
    # Nothing has been opened yet: everything that comes is heard.
    widget.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: received.append(str(frame))))
    widget.open()
    widget.queues()
    supervisor.queue.get_by_role("link").first.click()
    desk.claim_next()
    expect(desk.reply).to_be_visible()
    desk.write_note("用户情绪激动，先别提手续费")
    supervisor.shows("用户情绪激动，先别提手续费")
    supervisor.write_note("同意，我来跟")
    desk.shows("同意，我来跟")
    screenshot(desk.page, "1-notes")
    desk.says("您好，请讲")
    widget.once("您好，请讲")
    notes = ("手续费", "同意，我来跟")
    assert carrying(received, "您好，请讲")
    assert not carrying(received, *notes)
    # Neither does what is stored have them, which is read anew here.
    widget.page.reload()
    widget.once("您好，请讲")
    for note in notes:
        expect(widget.log).not_to_contain_text(note)
    assert not carrying(received, *notes)
    screenshot(widget.page, "2-user")
    # They stay with the ticket.
    desk.close()
    desk.lists("mine")
    supervisor.shows("用户情绪激动，先别提手续费")
    screenshot(supervisor.page, "3-closed")
