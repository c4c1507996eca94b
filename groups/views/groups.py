from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import UserRequest
from accounts.models import User
from groups import lists, navigation, people, policy, subgroups
from groups.filters import AuditFilter
from groups.forms import GroupForm, MoveForm, OwnerForm, SubgroupForm
from groups.models import AuditEntry, Group, Role
from groups.outline import outline
from groups.policy import Action

AUDIT_COLUMNS = {"at": ("-at",)}


@require_safe
def tree(request: UserRequest, group_id: UUID) -> HttpResponse:
    group = navigation.enter(request, Action.SEE_TREE, group_id)
    search = request.GET.get("q", "").strip()[:100]

    context = {
        "group": group,
        "search": search,
        "outline": outline(group, seen_by=request.user, search=search),
        "above": group.and_above().exclude(pk=group.pk).order_by("depth"),
        "may_transfer": policy.may_transfer_ownership(request.user, group),
        "may_see_audit": policy.can(request.user, Action.SEE_AUDIT, group),
    }
    return render(request, "groups/tree.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: UserRequest, group_id: UUID) -> HttpResponse:
    parent = navigation.enter(request, Action.EDIT_GROUP, group_id)
    form = SubgroupForm(request.POST or None)

    if request.method == "POST" and form.is_valid():
        try:
            group = subgroups.add(
                form.cleaned_data["name"], parent=parent, by=request.user
            )
        except subgroups.TreeRefusal as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("%(name)s is added.") % {"name": group})
            return redirect("groups:tree", parent.pk)

    return render(request, "groups/add.html", {"form": form, "parent": parent})


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: UserRequest, group_id: UUID) -> HttpResponse:
    """A subgroup is renamed; a group has a currency and a time zone as well."""
    group = policy.get_group(request.user, Action.EDIT_GROUP, group_id)
    if group.is_root:
        return configure(request, group.pk)
    form = SubgroupForm(request.POST or None, initial={"name": group.name})
    navigation.stay_near(request, group)

    if request.method == "POST" and form.is_valid():
        try:
            subgroups.rename(group, name=form.cleaned_data["name"], by=request.user)
        except subgroups.TreeRefusal as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("The name is saved."))
            return redirect("groups:tree", group.parent_id)

    return render(request, "groups/edit.html", {"form": form, "group": group})


def configure(request: UserRequest, group_id: UUID) -> HttpResponse:
    group = navigation.enter(request, Action.SHAPE_TREE, group_id)
    form = GroupForm(request.POST or None, instance=group)

    if request.method == "POST" and form.is_valid():
        subgroups.configure(group, **form.cleaned_data, by=request.user)
        messages.success(request, _("The group's settings are saved."))
        return redirect("groups:tree", group.pk)

    return render(request, "groups/edit.html", {"form": form, "group": group})


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: UserRequest, group_id: UUID) -> HttpResponse:
    group = _subgroup_or_deny(request, group_id)
    form = MoveForm(
        request.POST or None, targets=_places_to_move_to(request.user, group)
    )

    if request.method == "POST" and form.is_valid():
        target = form.cleaned_data["parent"]
        try:
            subgroups.move(group, to=target, by=request.user)
        except subgroups.TreeRefusal as refusal:
            form.add_error("parent", str(refusal))
        else:
            messages.success(
                request,
                _("%(name)s is in %(parent)s now.") % {"name": group, "parent": target},
            )
            return redirect("groups:tree", target.pk)

    return render(request, "groups/move.html", {"form": form, "group": group})


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: UserRequest, group_id: UUID) -> HttpResponse:
    group = _subgroup_or_deny(request, group_id)

    if request.method == "POST":
        try:
            subgroups.delete(group, by=request.user)
        except subgroups.TreeRefusal as refusal:
            messages.error(request, str(refusal))
            return redirect("groups:delete", group.pk)
        messages.success(request, _("%(name)s is deleted.") % {"name": group})
        return redirect("groups:tree", group.parent_id)

    return render(
        request,
        "groups/confirm_delete.html",
        {"group": group, "contents": subgroups.contents(group)},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def transfer_ownership(request: UserRequest, group_id: UUID) -> HttpResponse:
    group = navigation.enter(request, Action.SHAPE_TREE, group_id)
    policy.deny_unless_owner(request.user, group)
    candidates = User.objects.filter(
        memberships__group=group, memberships__standing=Role.SUPERADMINISTRATOR
    ).exclude(pk=request.user.pk)
    form = OwnerForm(request.POST or None, candidates=candidates.order_by("name"))

    if request.method == "POST" and form.is_valid():
        new_owner = form.cleaned_data["owner"]
        people.transfer_ownership(group, to=new_owner, by=request.user)
        messages.success(
            request,
            _("%(name)s owns %(group)s now.") % {"name": new_owner, "group": group},
        )
        return redirect("groups:tree", group.pk)

    context = {"form": form, "group": group, "candidates": candidates}
    return render(request, "groups/transfer_ownership.html", context)


@require_safe
def audit(request: UserRequest, group_id: UUID) -> HttpResponseBase:
    group = navigation.enter(request, Action.SEE_AUDIT, group_id)
    narrowing = AuditFilter(request.GET)
    visible = policy.scope(
        request.user,
        Action.SEE_AUDIT,
        AuditEntry.objects.filter(
            organisation=group.organisation_id, group__in=group.and_below()
        ),
    )
    entries = narrowing.apply(visible).select_related("group").order_by("-at", "-pk")
    if lists.wants_csv(request):
        rows = (_audit_cells(entry) for entry in entries.iterator(chunk_size=1000))
        header = [_("When"), _("Who"), _("What"), _("Whom"), _("Details"), _("Where")]
        return lists.csv_response("audit-trail", header, rows)

    page = lists.page_of(entries, request.GET.get("page", ""))
    context = {"group": group, "filter": narrowing, "page": page}
    return render(request, "groups/audit.html", context)


def _audit_cells(entry: AuditEntry) -> list[object]:
    return [
        timezone.localtime(entry.at).isoformat(timespec="seconds"),
        entry.actor_name,
        entry.get_event_display(),
        entry.subject,
        entry.details_text,
        entry.group.name,
    ]


def _places_to_move_to(user: User, group: Group) -> QuerySet[Group]:
    own = Group.objects.filter(organisation=group.organisation_id)
    visible = policy.scope(user, Action.SHAPE_TREE, own)
    elsewhere = visible.exclude(children=group)
    return elsewhere.exclude(pk__in=group.and_below().values("pk"))


def _subgroup_or_deny(request: UserRequest, group_id: UUID) -> Group:
    """A group itself is neither moved nor deleted: there is no such page."""
    group = policy.get_group(request.user, Action.SHAPE_TREE, group_id)
    if group.is_root:
        raise Http404
    navigation.stay_near(request, group)
    return group
