"""`make run` as a newcomer types it: pages, keypad, a charger's handshake, Ctrl-C."""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from pathlib import Path

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.processes import demonstration, page, wait_until


def handshake(gateway_url: str, identity: str, password: str) -> int:
    """Return the gateway's HTTP status to a charger that connects."""
    token = base64.b64encode(f"{identity}:{password}".encode()).decode()
    try:
        with connect(
            gateway_url + identity,
            subprotocols=[Subprotocol("ocpp1.6")],
            additional_headers={"Authorization": f"Basic {token}"},
            proxy=None,
        ):
            return 101
    except InvalidStatus as refusal:
        return refusal.response.status_code


def expect(found: object, wanted: object, what: str) -> None:
    print(f"{'ok' if found == wanted else 'NOT OK'}: {what}", flush=True)
    if found != wanted:
        sys.exit(f"{what}: found {found!r}, expected {wanted!r}")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="wallportal-smoke-") as name:
        folder = Path(name).resolve()
        with demonstration(folder, ["make", "--no-print-directory", "run"]) as started:
            demo = json.loads((folder / "demo.json").read_text())
            sign_in = page(started.url("PORT", "/sign-in/"))
            expect("Continue with email" in sign_in, True, "the sign-in page answers")
            expect(bool(page(demo["keypad_url"])), True, "the keypad page answers")
            # Not the first one: that is the virtual Commander, and it is connected.
            charger = demo["chargers"][1]
            url, identity = demo["gateway_url"], charger["identity"]
            status = handshake(url, identity, charger["password"])
            expect(status, 101, "a charger connects with its password")
            status = handshake(url, identity, "x" * 20)
            expect(status, 401, "a wrong password is refused")
            status = handshake(url, "nobody", charger["password"])
            expect(status, 401, "an unknown identity is refused in the same way")
            started.press_ctrl_c()
            wait_until(lambda: not started.left_over(), what="nothing left", seconds=10)
            expect(started.left_over(), [], "Ctrl-C leaves nothing running")
            expect("Traceback" in started.output, False, "no traceback was printed")


if __name__ == "__main__":
    main()
