"""The watch that every other browser test relies on notices what it should."""

from __future__ import annotations

import pytest

from tests.browser.visiting import Visits

INLINE_SCRIPT = """() => {
  const script = document.createElement("script");
  script.text = "1";
  document.body.append(script);
}"""
INLINE_STYLE = "document.querySelector('h1').setAttribute('style', 'color: red')"
ERROR = """new Promise((done) => {
  setTimeout(() => nowhere());
  setTimeout(done, 1);
})"""


@pytest.mark.parametrize(
    ("deed", "complaint"),
    [
        (INLINE_SCRIPT, "Content Security Policy"),
        (INLINE_STYLE, "Content Security Policy"),
        (ERROR, "nowhere is not defined"),
        ("console.error('ouch')", "console: ouch"),
        ("fetch('/sign-in/nowhere/')", "404: http"),
        ("fetch('http://127.0.0.1:1/')", "Content Security Policy"),
    ],
)
def test_a_fault_in_the_browser_fails_its_test(
    visits: Visits, deed: str, complaint: str
) -> None:
    page = visits.start(path="/sign-in/")
    page.evaluate(f"({deed}).catch?.(() => 0)" if "fetch" in deed else deed)

    with pytest.raises(AssertionError, match=complaint):
        visits.end()


def test_a_page_without_a_fault_passes(visits: Visits) -> None:
    visits.start(path="/sign-in/")

    visits.end()
