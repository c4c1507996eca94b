from __future__ import annotations

from chargers.models.charger import Assignment, Charger, ChargerModel, Connector
from chargers.models.charging_session import ChargingSession, MeterReading

__all__ = [
    "Assignment",
    "Charger",
    "ChargerModel",
    "ChargingSession",
    "Connector",
    "MeterReading",
]
