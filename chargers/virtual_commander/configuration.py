from __future__ import annotations

from dataclasses import dataclass, field

from ocpp.v16.enums import ConfigurationStatus

FIXED = {
    "ConnectorPhaseRotation": "1.RST",
    "GetConfigurationMaxKeys": "20",
    "MeterValuesSampledData": "Energy.Active.Import.Register,Power.Active.Import",
    "NumberOfConnectors": "1",
    "SupportedFeatureProfiles": "Core,RemoteTrigger",
    "TransactionMessageAttempts": "3",
}


def _changeable() -> dict[str, str]:
    return {
        "AllowOfflineTxForUnknownId": "false",
        "AuthorizationCacheEnabled": "false",
        "AuthorizeRemoteTxRequests": "false",
        "HeartbeatInterval": "60",
        "LocalPreAuthorize": "false",
        "MeterValueSampleInterval": "5",
        "StopTransactionOnEVSideDisconnect": "true",
    }


@dataclass
class Configuration:
    _values: dict[str, str] = field(default_factory=_changeable)

    @property
    def keys(self) -> list[str]:
        return sorted([*FIXED, *self._values])

    def value(self, key: str) -> str:
        return FIXED[key] if key in FIXED else self._values[key]

    def seconds(self, key: str) -> int:
        return int(self._values[key])

    def is_fixed(self, key: str) -> bool:
        return key in FIXED

    def change(self, key: str, value: str) -> ConfigurationStatus:
        if key in FIXED:
            return ConfigurationStatus.rejected
        if key not in self._values:
            return ConfigurationStatus.not_supported
        if not _fits(value, like=self._values[key]):
            return ConfigurationStatus.rejected
        self._values[key] = value.lower()
        return ConfigurationStatus.accepted


def _fits(value: str, *, like: str) -> bool:
    if like.isdecimal():
        return value.isascii() and value.isdecimal() and 1 <= len(value) <= 6
    return value.lower() in {"true", "false"}
