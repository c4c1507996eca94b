"""What is wrong with a page for eyes, hands and screen readers, as far as rules tell."""

from __future__ import annotations

from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Page

from tests.browser.visiting import DESKTOP, HEIGHT, PHONE

LOOKS: dict[Literal["light", "dark"], int] = {"light": DESKTOP, "dark": PHONE}
EVERY_RULE: dict[str, object] = {
    # It would fetch every style sheet once more.
    "preload": False,
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
}
RULES_ABOUT_LOOKS = EVERY_RULE | {
    "runOnly": ["color-contrast", "scrollable-region-focusable", "target-size"]
}
RUN_AXE = """(options) => axe.run(options).then(({ violations }) =>
  violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`)))"""
TOO_WIDE = """() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  return scrollWidth > clientWidth ? [`${scrollWidth - clientWidth} px too wide`] : [];
}"""
STYLED = """() => [...document.styleSheets].every(({ cssRules }) =>
  [...cssRules].every((rule) => !(rule instanceof CSSImportRule) || rule.styleSheet))
  && document.styleSheets.length > 0"""
COLOURS_SETTLED = """() => Promise.allSettled(
  document.getAnimations().map(({ finished }) => finished)).then(() => true)"""


def flaws(page: Page) -> list[str]:
    """Look at the open page on a desktop in the light, on a phone in the dark."""
    found, rules = [], EVERY_RULE
    for scheme, width in LOOKS.items():
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.wait_for_function(STYLED)
        page.evaluate(COLOURS_SETTLED)
        for flaw in page.evaluate(TOO_WIDE) + violations(page, rules):
            found.append(f"{page.url} at {width} px, {scheme}: {flaw}")
        rules = RULES_ABOUT_LOOKS
    return found


def violations(page: Page, rules: dict[str, object] = EVERY_RULE) -> list[str]:
    """Return what axe-core finds."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN_AXE, rules)
    return found
