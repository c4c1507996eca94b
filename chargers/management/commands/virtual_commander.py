from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from chargers.virtual_commander import keypad, pages
from chargers.virtual_commander.client import Account
from chargers.virtual_commander.device import Device

PASSWORD_VARIABLE = "VIRTUAL_COMMANDER_PASSWORD"  # noqa: S105


class Command(BaseCommand):
    help = (
        "A charger with a keypad for people who have none. Its password comes from "
        f"{PASSWORD_VARIABLE} or --password-file."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("identity")
        parser.add_argument("--gateway", default="ws://127.0.0.1:9000/ocpp/")
        parser.add_argument("--password-file", type=Path)
        parser.add_argument("--keypad-port", type=int, default=8100)
        parser.add_argument("--speed-up", type=int, default=1)
        parser.add_argument("--connectors", type=int, choices=[1], default=1)

    def handle(
        self,
        *,
        identity: str,
        gateway: str,
        password_file: Path | None,
        keypad_port: int,
        speed_up: int,
        **options: object,
    ) -> None:
        device = Device(
            account=Account(gateway, identity, read_password(password_file)),
            listener=take_port(keypad_port),
            pages=pages.load(identity=identity, speed_up=speed_up),
            say=self.say,
            speed_up=max(speed_up, 1),
        )
        port = device.listener.getsockname()[1]
        self.say(f"{identity} has its keypad at http://{keypad.HOST}:{port}/")
        asyncio.run(run(device))

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()


async def run(device: Device) -> None:
    switched_off = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, switched_off.set)
    await device.run(switched_off)


def read_password(path: Path | None) -> str:
    if path is None:
        password = os.environ.get(PASSWORD_VARIABLE, "")
    else:
        try:
            password = path.read_text().strip()
        except OSError:
            sys.exit(f"The password file {path} cannot be read.")
    return password or sys.exit(
        f"Set the charger's password in {PASSWORD_VARIABLE} or name a --password-file."
    )


def take_port(port: int) -> socket.socket:
    try:
        return keypad.bind(port)
    except OSError as error:
        sys.exit(
            f"The keypad cannot use port {port} ({error.strerror}); "
            "choose another with --keypad-port."
        )
