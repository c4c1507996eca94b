from __future__ import annotations

from django.contrib import admin

from accounts.admin import SupportAdmin
from chargers.models import Assignment, Charger, ChargerModel, ChargingSession


@admin.register(ChargerModel)
class ChargerModelAdmin(SupportAdmin[ChargerModel]):
    list_display = ("name", "family", "connectors", "has_keypad")
    list_filter = ("family", "has_keypad")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "family", "connectors", "has_keypad")


@admin.register(Charger)
class ChargerAdmin(SupportAdmin[Charger]):
    list_display = ("name", "serial_number", "model", "group", "last_seen_at")
    list_select_related = ("model", "group")
    list_filter = ("model",)
    search_fields = ("name", "serial_number", "identity", "group__name")
    ordering = ("name", "pk")
    fields = (
        "name",
        "serial_number",
        "identity",
        "model",
        "group",
        "organisation",
        "added_at",
        "retired_at",
        "vendor",
        "reported_model",
        "firmware_version",
        "booted_at",
        "connected_at",
        "last_seen_at",
        "password_set_at",
    )


@admin.register(Assignment)
class AssignmentAdmin(SupportAdmin[Assignment]):
    list_display = ("charger", "user", "organisation", "assigned_at")
    list_select_related = ("charger", "user", "organisation")
    search_fields = ("charger__name", "charger__serial_number", "user__email")
    ordering = ("-pk",)
    fields = ("charger", "user", "organisation", "assigned_at")


@admin.register(ChargingSession)
class ChargingSessionAdmin(SupportAdmin[ChargingSession]):
    list_display = ("started_at", "charger", "user_name", "energy_wh", "ended_at")
    list_select_related = ("charger",)
    search_fields = ("charger__name", "charger__serial_number", "user_name")
    ordering = ("-started_at", "-pk")
    fields = (
        "uuid",
        "charger",
        "connector_number",
        "group",
        "user",
        "user_name",
        "started_at",
        "ended_at",
        "meter_start_wh",
        "meter_last_wh",
        "meter_stop_wh",
        "stop_reason",
        "flags",
    )
