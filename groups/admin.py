from __future__ import annotations

from django.contrib import admin

from accounts.admin import SupportAdmin
from groups.models import AuditEntry, Group, Membership


@admin.register(Group)
class GroupAdmin(SupportAdmin[Group]):
    list_display = ("name", "parent", "organisation", "owner")
    list_select_related = ("parent", "organisation", "owner")
    search_fields = ("name", "organisation__name", "owner__email")
    ordering = ("name", "pk")
    fields = ("name", "parent", "organisation", "owner", "currency", "time_zone")


@admin.register(Membership)
class MembershipAdmin(SupportAdmin[Membership]):
    list_display = ("user", "role", "group", "organisation", "suspended_at")
    list_select_related = ("user", "group", "organisation")
    list_filter = ("role",)
    search_fields = ("user__name", "user__email", "group__name")
    ordering = ("user__name", "pk")
    fields = ("user", "group", "organisation", "role", "suspended_at", "since")


@admin.register(AuditEntry)
class AuditEntryAdmin(SupportAdmin[AuditEntry]):
    list_display = ("at", "event", "subject", "details", "actor_name", "organisation")
    list_select_related = ("organisation",)
    list_filter = ("event",)
    search_fields = ("subject", "actor_name", "organisation__name")
    ordering = ("-at", "-pk")
    fields = (
        "at",
        "event",
        "subject",
        "details",
        "actor_name",
        "group",
        "organisation",
    )
