"""Typing with an input method."""

from __future__ import annotations

from playwright.sync_api import CDPSession, Page


def compose(page: Page, letters: str) -> CDPSession:
    """Types as pinyin input does: letters are composed where the focus is, Enter takes them as they are.

    Returns:
        The keyboard, to put other text in their place.
    """
    keyboard = page.context.new_cdp_session(page)
    keyboard.send(
        "Input.imeSetComposition", {"text": letters, "selectionStart": len(letters), "selectionEnd": len(letters)}
    )
    for kind in ("rawKeyDown", "keyUp"):
        keyboard.send(
            "Input.dispatchKeyEvent", {"type": kind, "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
        )
    return keyboard
