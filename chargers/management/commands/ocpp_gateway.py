from __future__ import annotations

import asyncio
import errno
import resource
import signal

import uvloop
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError
from django.db import connection

from chargers.ocpp.db import Unavailable
from chargers.ocpp.gateway import Gateway
from groups import pins


class Command(BaseCommand):
    help = "Hold the chargers' OCPP connections, at ws://HOST:PORT/ocpp/<identity>."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=9000)

    def handle(self, *, host: str, port: int, **_options: object) -> None:
        self._verify_pepper()
        _allow_many_connections()
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(self._serve(host, port))
        except Unavailable as error:
            raise CommandError(f"The database does not answer: {error}.") from None
        except OSError as error:
            raise CommandError(_why_not(error, host, port)) from None

    async def _serve(self, host: str, port: int) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await Gateway().run(
            host,
            port,
            stop=stop,
            on_ready=lambda port: self.stdout.write(
                f"The gateway listens at ws://{host}:{port}/ocpp/<identity>"
            ),
        )

    def _verify_pepper(self) -> None:
        try:
            pins.verify_pepper()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        except DatabaseError as error:
            reason = str(error).partition("\n")[0]
            raise CommandError(f"The database is not ready: {reason}.") from None
        finally:
            connection.close()


def _allow_many_connections() -> None:
    """Each charger is an open file, of which many systems allow 1,024 at first."""
    _soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _why_not(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} of {host} is taken. Choose another with --port."
    return f"The gateway cannot listen at {host}:{port}: {error.strerror}."
