from __future__ import annotations

from django.urls import path

from groups.views import groups, members

app_name = "groups"

urlpatterns = [
    path("groups/<uuid:group_id>/users/", members.users, name="users"),
    path("groups/<uuid:group_id>/subgroups/", groups.tree, name="tree"),
    path("groups/<uuid:group_id>/subgroups/add/", groups.add, name="add"),
    path("groups/<uuid:group_id>/edit/", groups.edit, name="edit"),
    path("groups/<uuid:group_id>/move/", groups.move, name="move"),
    path("groups/<uuid:group_id>/delete/", groups.delete, name="delete"),
    path(
        "groups/<uuid:group_id>/owner/",
        groups.transfer_ownership,
        name="transfer_ownership",
    ),
    path("groups/<uuid:group_id>/audit/", groups.audit, name="audit"),
    path(
        "memberships/<uuid:membership_id>/role/",
        members.change_role,
        name="change_role",
    ),
    path("memberships/<uuid:membership_id>/suspend/", members.suspend, name="suspend"),
    path(
        "memberships/<uuid:membership_id>/reinstate/",
        members.reinstate,
        name="reinstate",
    ),
    path("memberships/<uuid:membership_id>/remove/", members.remove, name="remove"),
]
