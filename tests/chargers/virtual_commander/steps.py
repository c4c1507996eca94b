from __future__ import annotations

from tests.chargers.virtual_commander.central_system import CentralSystem
from tests.chargers.virtual_commander.surroundings import PIN, Wall


def charge(wall: Wall, central: CentralSystem) -> None:
    """Charge from the keypad until the central system knows of it."""
    wall.visitor.sees("Ready")
    wall.visitor.send(PIN)
    wall.visitor.sees("Plug in")
    wall.visitor.send("plug")
    central.wait_for("StartTransaction")
    wall.visitor.sees("Charging 0.0 kWh")


def statuses(central: CentralSystem) -> list[object]:
    return [
        told["status"]
        for told in central.told("StatusNotification")
        if told["connectorId"] == 1
    ]
