"""Where a person is: the group whose pages they look at, and the menu around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.translation import gettext as _

from accounts.http import UserRequest
from accounts.models import User
from groups import policy
from groups.models import Group
from groups.models.group import in_tree_order
from groups.policy import Action

REMEMBERED = "group"
SWITCHER_LISTS = 40
SECTIONS = dict.fromkeys(["audit", "delete", "edit", "move", "owner"], "subgroups")
SECTIONS |= {"memberships": "users"}


def enter(request: UserRequest, action: Action, group_id: UUID) -> Group:
    """Return the group of the page's address, and stay in it.

    Raise Http404 for strangers, PermissionDenied for colleagues without the right.
    """
    group = policy.get_group(request.user, action, group_id)
    _remember(request, group)
    return group


def stay_near(request: UserRequest, group: Group) -> None:
    """On the page of a thing in `group`: keep the present group if it holds it."""
    above = group.and_above()
    remembered = request.session.get(REMEMBERED)
    if remembered not in {str(pk) for pk in above.values_list("pk", flat=True)}:
        visible = policy.scope(request.user, Action.SEE_GROUP, above)
        topmost = visible.order_by("depth").first()
        if topmost is not None:
            _remember(request, topmost)


def present_group(request: UserRequest) -> Group | None:
    """The group that the person was in last, or the first one they have."""
    visible = policy.scope(request.user, Action.SEE_GROUP, Group.objects.all())
    remembered = request.session.get(REMEMBERED)
    group = visible.filter(pk=remembered).first() if remembered else None
    return group or visible.order_by("depth", "name", "pk").first()


def is_administrator(request: UserRequest, group: Group) -> bool:
    """Whether the person sees everybody of `group`; asked once in a request."""
    known: dict[UUID, bool] = request.__dict__.setdefault("administrates", {})
    if group.pk not in known:
        known[group.pk] = policy.can(request.user, Action.SEE_PEOPLE, group)
    return known[group.pk]


@dataclass(frozen=True)
class Link:
    label: str
    icon: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Choice:
    name: str
    organisation_name: str
    url: str
    is_current: bool


class Navigation:
    """The switcher and the menu; nothing is looked up before a template asks."""

    def __init__(self, request: UserRequest) -> None:
        self._request = request
        self._user: User = request.user

    @cached_property
    def group(self) -> Group | None:
        entered: Group | None = getattr(self._request, "group", None)
        return entered or present_group(self._request)

    @cached_property
    def groups(self) -> list[Choice]:
        """The groups in the person's reach, and the one they look at.

        Of a large tree the upper levels; the others are found on the Groups page.
        """
        visible = policy.scope(self._user, Action.SEE_GROUP, Group.objects.all())
        upper = visible.select_related("organisation").order_by("depth", "name", "pk")
        groups = {group.pk: group for group in upper[:SWITCHER_LISTS]}
        if self.group is not None:
            groups.setdefault(self.group.pk, self.group)
        return [self._choice(group) for group in in_tree_order(groups.values())]

    @cached_property
    def current(self) -> Choice | None:
        return self._choice(self.group) if self.group is not None else None

    @cached_property
    def items(self) -> list[Link]:
        if self.group is None:
            home = self._link(_("Home"), "house", "", reverse("chargers:home"))
            return [home, *self._administration()]
        pk = self.group.pk
        items = [
            self._link(_("Home"), "house", "", self.group.get_absolute_url()),
            self._link(_("Users"), "users", "users", self._users_url(pk)),
            self._link(
                _("Chargers"),
                "plug-zap",
                "chargers",
                reverse("chargers:list", args=[pk]),
            ),
            self._link(
                _("Sessions"),
                "history",
                "sessions",
                reverse("chargers:sessions", args=[pk]),
            ),
        ]
        if self.is_administrator:
            tree = reverse("groups:tree", args=[pk])
            items.append(self._link(_("Groups"), "network", "subgroups", tree))
        return [*items, *self._administration()]

    def _administration(self) -> list[Link]:
        if not self._user.is_staff:
            return []
        return [
            self._link(
                _("Administration"), "life-buoy", "admin", reverse("admin:index")
            )
        ]

    @cached_property
    def is_administrator(self) -> bool:
        return self.group is not None and is_administrator(self._request, self.group)

    def _users_url(self, group_id: UUID) -> str:
        if self.is_administrator:
            return reverse("groups:users", args=[group_id])
        return reverse("chargers:user", args=[group_id, self._user.pk])

    def _choice(self, group: Group) -> Choice:
        return Choice(
            name=group.name,
            organisation_name="" if group.is_root else group.organisation.name,
            url=group.get_absolute_url(),
            is_current=self.group is not None and group.pk == self.group.pk,
        )

    def _link(self, label: str, icon: str, section: str, url: str) -> Link:
        return Link(label, icon, url, section == self._section)

    @cached_property
    def _section(self) -> str:
        """The word in the address that tells which item of the menu is meant."""
        words = self._request.path.strip("/").split("/")
        if words[0] == "groups":
            section = words[2] if len(words) > 2 else ""
        else:
            section = words[0]
        return SECTIONS.get(section, section)


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the `navigation` of whoever is signed in."""
    if not isinstance(getattr(request, "user", None), User):
        return {}
    return {"navigation": SimpleLazyObject(lambda: Navigation(request))}  # type: ignore[arg-type]


def _remember(request: UserRequest, group: Group) -> None:
    request.group = group  # type: ignore[attr-defined]
    if request.session.get(REMEMBERED) != str(group.pk):
        request.session[REMEMBERED] = str(group.pk)
