"""The administration is for support staff: they look, and change almost nothing.

What people are in a group is decided in the portal by its own people, so nothing here
writes a membership, a PIN or a session. No secret, nor its digest, is a field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group as PermissionGroup
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

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


if TYPE_CHECKING:
    UserForm = forms.ModelForm[User]
else:
    UserForm = forms.ModelForm


class UserAdminForm(UserForm):
    """Refuses what would leave a group, or the administration, without anybody."""

    def clean_is_active(self) -> bool:
        is_active: bool = self.cleaned_data["is_active"]
        if not is_active and self.instance.owned_groups.exists():
            raise ValidationError(
                _("This person owns a group. The ownership is transferred first."),
                code="owner",
            )
        return is_active

    def clean(self) -> None:
        is_locked_out = not (
            self.cleaned_data.get("is_active") and self.cleaned_data.get("is_staff")
        )
        superusers = User.objects.filter(
            is_superuser=True, is_active=True, is_staff=True
        )
        if (
            self.instance.is_superuser
            and is_locked_out
            and not superusers.exclude(pk=self.instance.pk).exists()
        ):
            raise ValidationError(
                _("Nobody else could enter the administration then."), code="last"
            )


@admin.register(User)
class UserAdmin(SupportAdmin[User]):
    form = UserAdminForm
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
