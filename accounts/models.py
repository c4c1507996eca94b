from __future__ import annotations

import uuid
import zoneinfo
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import addresses
from accounts.names import validate_visible


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Choose a time zone from the list."), code="invalid")


if TYPE_CHECKING:
    TextField = models.CharField[str, str]
else:
    TextField = models.CharField


class CanonicalEmailField(TextField):
    """Follows the model's `email` on every write, bulk_create included."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = addresses.canonical(getattr(model_instance, "email", ""))
        setattr(model_instance, self.attname, value)
        return value


class UserManager(BaseUserManager["User"]):
    def create_user(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        user = self.model(email=addresses.deliverable(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> User:
        return self.create_user(
            email, password, **fields, is_staff=True, is_superuser=True
        )

    def get_by_natural_key(self, username: str | None) -> User:
        """Raise User.DoesNotExist also for what is no address at all."""
        try:
            return self.get(email_canonical=addresses.canonical(username or ""))
        except ValidationError:
            raise self.model.DoesNotExist from None


class User(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    email_canonical = CanonicalEmailField(max_length=254, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=150, validators=[validate_visible])
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        help_text=_("Empty: as the browser asks for."),
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    is_staff = models.BooleanField(
        _("support staff"), default=False, help_text=_("May enter the administration.")
    )
    is_active = models.BooleanField(
        _("active"), default=True, help_text=_("Inactive people cannot sign in.")
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        indexes = [models.Index(fields=["name", "id"], name="accounts_user_by_name")]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, **options: Any) -> None:
        self._keep_canonical_with_email(options)
        super().save(**options)

    @property
    def initials(self) -> str:
        words = str(self).split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()

    def _keep_canonical_with_email(self, options: dict[str, Any]) -> None:
        fields = options.get("update_fields")
        if fields is not None and "email" in fields:
            options["update_fields"] = {*fields, "email_canonical"}
