"""The administration is for support staff: they look, and change almost nothing.

What people are in a group is decided in the portal by its own people, so nothing here
writes a membership, a PIN or a session. No secret, nor its digest, is a field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django.contrib import admin
from django.contrib.auth.models import Group as PermissionGroup
from django.db.models import Model
from django.http import HttpRequest

from accounts.models import User

Row = TypeVar("Row", bound=Model)

if TYPE_CHECKING:
    BaseAdmin = admin.ModelAdmin
else:

    class BaseAdmin(admin.ModelAdmin):
        def __class_getitem__(cls, model: type[Model]) -> type[admin.ModelAdmin]:
            return cls


class SupportAdmin(BaseAdmin[Row]):
    """Every member of the staff may look; nobody may add, change or delete."""

    list_per_page = 50
    show_full_result_count = False

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return isinstance(request.user, User) and request.user.is_staff

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False


@admin.register(User)
class UserAdmin(SupportAdmin[User]):
    list_display = ("name", "email", "is_active", "is_staff", "last_seen_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("name", "email", "email_canonical")
    ordering = ("name", "pk")
    fields = (
        "name",
        "email",
        "language",
        "time_zone",
        "is_active",
        "is_staff",
        "joined_at",
        "last_login",
        "last_seen_at",
    )
    readonly_fields = ("email", "joined_at", "last_login", "last_seen_at")

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return isinstance(request.user, User) and request.user.is_superuser


admin.site.unregister(PermissionGroup)
admin.site.site_header = admin.site.site_title = "WallPortal"
