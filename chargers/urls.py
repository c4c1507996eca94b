from __future__ import annotations

from django.urls import path

from chargers.views import chargers, commissioning, home, people, pin, sessions

app_name = "chargers"

urlpatterns = [
    path("", home.home, name="home"),
    path("groups/<uuid:group_id>/", home.group_home, name="group_home"),
    path("groups/<uuid:group_id>/chargers/", chargers.charger_list, name="list"),
    path("groups/<uuid:group_id>/chargers/add/", commissioning.charger_add, name="add"),
    path("groups/<uuid:group_id>/sessions/", sessions.session_list, name="sessions"),
    path(
        "groups/<uuid:group_id>/sessions/live/",
        sessions.live_sessions,
        name="live_sessions",
    ),
    path("chargers/<uuid:charger_id>/", chargers.charger_detail, name="detail"),
    path("chargers/<uuid:charger_id>/state/", chargers.charger_state, name="state"),
    path("chargers/<uuid:charger_id>/people/", chargers.charger_people, name="people"),
    path(
        "chargers/<uuid:charger_id>/connect/",
        commissioning.charger_connect,
        name="connect",
    ),
    path("chargers/<uuid:charger_id>/edit/", commissioning.charger_edit, name="edit"),
    path("chargers/<uuid:charger_id>/move/", commissioning.charger_move, name="move"),
    path(
        "chargers/<uuid:charger_id>/password/",
        commissioning.charger_new_password,
        name="new_password",
    ),
    path(
        "chargers/<uuid:charger_id>/retire/",
        commissioning.charger_retire,
        name="retire",
    ),
    path("sessions/<uuid:session_uuid>/", sessions.session_detail, name="session"),
    path("groups/<uuid:group_id>/users/<uuid:user_id>/", people.user, name="user"),
    path(
        "groups/<uuid:group_id>/users/<uuid:user_id>/chargers/",
        people.assign,
        name="assign",
    ),
    path(
        "groups/<uuid:group_id>/users/<uuid:user_id>/chargers/subgroup/",
        people.assign_subgroup,
        name="assign_subgroup",
    ),
    path(
        "groups/<uuid:group_id>/users/<uuid:user_id>/commander-pin/remove/",
        people.remove_pin,
        name="remove_pin",
    ),
    path("settings/commander-pin/", pin.pin, name="pin"),
    path("settings/commander-pin/remove/", pin.remove_own_pin, name="remove_own_pin"),
]
