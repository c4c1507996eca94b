from __future__ import annotations

import chargers.credentials
import django.db.models.deletion
import django.utils.timezone
import groups.constraints
import groups.models.group
import uuid
from django.conf import settings
from django.db import migrations, models

import accounts.names


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("groups", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChargerModel",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "name",
                    models.CharField(max_length=100, unique=True, verbose_name="name"),
                ),
                (
                    "family",
                    models.CharField(
                        choices=[
                            ("commander", "Wallbox Commander"),
                            ("pulsar", "Wallbox Pulsar"),
                            ("copper", "Wallbox Copper"),
                            ("quasar", "Wallbox Quasar"),
                            ("other", "Other OCPP charger"),
                        ],
                        max_length=20,
                        verbose_name="family",
                    ),
                ),
                (
                    "connectors",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="connectors"
                    ),
                ),
                (
                    "has_keypad",
                    models.BooleanField(default=False, verbose_name="keypad"),
                ),
            ],
            options={
                "verbose_name": "charger model",
                "verbose_name_plural": "charger models",
            },
        ),
        migrations.CreateModel(
            name="Charger",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=100,
                        validators=[accounts.names.validate_visible],
                        verbose_name="name",
                    ),
                ),
                (
                    "serial_number",
                    models.CharField(
                        max_length=50,
                        validators=[accounts.names.validate_visible],
                        verbose_name="serial number",
                    ),
                ),
                (
                    "identity",
                    models.CharField(
                        default=chargers.credentials.new_identity,
                        editable=False,
                        max_length=48,
                        unique=True,
                        verbose_name="OCPP identity",
                    ),
                ),
                ("password_digest", models.CharField(editable=False, max_length=64)),
                (
                    "password_set_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "added_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "retired_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                ("vendor", models.CharField(blank=True, editable=False, max_length=50)),
                (
                    "reported_model",
                    models.CharField(blank=True, editable=False, max_length=50),
                ),
                (
                    "firmware_version",
                    models.CharField(blank=True, editable=False, max_length=50),
                ),
                ("booted_at", models.DateTimeField(editable=False, null=True)),
                (
                    "connected_at",
                    models.DateTimeField(
                        editable=False,
                        help_text="Since when; empty while offline.",
                        null=True,
                    ),
                ),
                (
                    "connection_key",
                    models.UUIDField(
                        editable=False,
                        help_text="Which connection is the present one.",
                        null=True,
                    ),
                ),
                (
                    "gateway",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="Which gateway process holds the present connection.",
                        max_length=100,
                    ),
                ),
                (
                    "last_seen_at",
                    models.DateTimeField(
                        editable=False, null=True, verbose_name="last seen"
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="chargers",
                        to="groups.group",
                        verbose_name="group or subgroup",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="groups.group",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chargers.chargermodel",
                        verbose_name="model",
                    ),
                ),
            ],
            options={
                "verbose_name": "charger",
                "verbose_name_plural": "chargers",
            },
        ),
        migrations.CreateModel(
            name="ChargingSession",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "uuid",
                    models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
                ),
                ("connector_number", models.PositiveSmallIntegerField(default=1)),
                ("user_name", models.CharField(blank=True, max_length=150)),
                ("token_digest", models.CharField(max_length=64)),
                ("started_at", models.DateTimeField()),
                ("reported_start", models.CharField(max_length=40)),
                (
                    "received_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                ("meter_start_wh", models.BigIntegerField()),
                ("meter_last_wh", models.BigIntegerField()),
                ("power_w", models.PositiveIntegerField(blank=True, null=True)),
                ("metered_at", models.DateTimeField(blank=True, null=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("meter_stop_wh", models.BigIntegerField(blank=True, null=True)),
                ("stop_reason", models.CharField(blank=True, max_length=30)),
                ("flags", models.CharField(blank=True, max_length=200)),
                (
                    "charger",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="chargers.charger",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=groups.models.group.hand_to_parent,
                        related_name="+",
                        to="groups.group",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="charging_sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "charging session",
                "verbose_name_plural": "charging sessions",
            },
        ),
        migrations.CreateModel(
            name="Connector",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("available", "Available"),
                            ("preparing", "Preparing"),
                            ("charging", "Charging"),
                            ("suspended-ev", "Waiting for car"),
                            ("suspended-evse", "Paused"),
                            ("finishing", "Finishing"),
                            ("reserved", "Reserved"),
                            ("unavailable", "Unavailable"),
                            ("faulted", "Fault"),
                        ],
                        max_length=20,
                    ),
                ),
                ("error_code", models.CharField(blank=True, max_length=50)),
                ("info", models.CharField(blank=True, max_length=50)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "charger",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="connectors",
                        to="chargers.charger",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MeterReading",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("connector_number", models.PositiveSmallIntegerField()),
                ("measured_at", models.DateTimeField()),
                (
                    "received_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                ("register_wh", models.BigIntegerField()),
                ("power_w", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "charger",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="chargers.charger",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="chargers.chargingsession",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="charger",
            index=models.Index(
                fields=["group", "name"], name="chargers_charger_in_group"
            ),
        ),
        migrations.AddIndex(
            model_name="charger",
            index=models.Index(fields=["name", "id"], name="chargers_charger_by_name"),
        ),
        migrations.AddConstraint(
            model_name="charger",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at", None)),
                fields=("serial_number",),
                name="chargers_charger_serial_number",
                violation_error_message="A charger with this serial number is already registered.",
            ),
        ),
        migrations.AddConstraint(
            model_name="charger",
            constraint=models.UniqueConstraint(
                fields=("id", "organisation"), name="chargers_charger_id_organisation"
            ),
        ),
        migrations.AddIndex(
            model_name="chargingsession",
            index=models.Index(
                fields=["-started_at", "-id"], name="chargers_session_latest"
            ),
        ),
        migrations.AddIndex(
            model_name="chargingsession",
            index=models.Index(
                fields=["user", "-started_at"], name="chargers_session_of_user"
            ),
        ),
        migrations.AddIndex(
            model_name="chargingsession",
            index=models.Index(
                fields=["group", "-started_at"], name="chargers_session_in_group"
            ),
        ),
        migrations.AddConstraint(
            model_name="chargingsession",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("charger", "connector_number"),
                name="chargers_chargingsession_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="chargingsession",
            constraint=models.UniqueConstraint(
                fields=(
                    "charger",
                    "connector_number",
                    "reported_start",
                    "meter_start_wh",
                    "token_digest",
                ),
                name="chargers_chargingsession_natural_key",
            ),
        ),
        migrations.AddConstraint(
            model_name="connector",
            constraint=models.UniqueConstraint(
                fields=("charger", "number"), name="chargers_connector_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="meterreading",
            constraint=models.UniqueConstraint(
                fields=("charger", "connector_number", "measured_at", "register_wh"),
                name="chargers_meterreading_once",
            ),
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "assigned_at",
                    models.DateTimeField(default=django.utils.timezone.now),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="groups.group",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "charger",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="chargers.charger",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "charger"), name="chargers_assignment_once"
                    ),
                    groups.constraints.ForeignKeyTogether(
                        cascades=False,
                        columns=("charger_id", "organisation_id"),
                        name="chargers_assignment_charger_in_organisation",
                        to_columns=("id", "organisation_id"),
                        to_table="chargers_charger",
                    ),
                    groups.constraints.ForeignKeyTogether(
                        cascades=True,
                        columns=("organisation_id", "user_id"),
                        name="chargers_assignment_to_member",
                        to_columns=("organisation_id", "user_id"),
                        to_table="groups_organisationmember",
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="charger",
            constraint=groups.constraints.ForeignKeyTogether(
                cascades=False,
                columns=("group_id", "organisation_id"),
                name="chargers_charger_group_in_organisation",
                to_columns=("id", "organisation_id"),
                to_table="groups_group",
            ),
        ),
    ]
