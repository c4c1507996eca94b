from __future__ import annotations

import asyncio


class Bell:
    """Wakes everyone who waits for a change, as often as there is one."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self) -> None:
        await self._rung.wait()
