from __future__ import annotations

import uuid

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.models
import accounts.names
import groups.constraints
import groups.models.group
import groups.models.pin_claim


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Group",
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
                ("depth", models.PositiveSmallIntegerField(default=1, editable=False)),
                (
                    "parent_depth",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(
                            models.F("depth"), "-", models.Value(1)
                        ),
                        output_field=models.PositiveSmallIntegerField(),
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
                    "owner_standing",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                parent__isnull=True,
                                then=models.Value("superadministrator"),
                            ),
                            default=None,
                        ),
                        output_field=models.CharField(max_length=20, null=True),
                    ),
                ),
                (
                    "currency",
                    models.CharField(
                        default="EUR",
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[A-Z]{3}$", "Use three letters, such as EUR."
                            )
                        ],
                        verbose_name="currency",
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        default="UTC",
                        max_length=64,
                        validators=[accounts.models.validate_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
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
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_groups",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="owner",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="groups.group",
                    ),
                ),
            ],
            options={
                "verbose_name": "group",
                "verbose_name_plural": "groups",
            },
        ),
        migrations.CreateModel(
            name="AuditEntry",
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
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("actor_name", models.CharField(blank=True, max_length=254)),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("group created", "Group created"),
                            ("group changed", "Group changed"),
                            ("group moved", "Subgroup moved"),
                            ("group deleted", "Subgroup deleted"),
                            ("owner changed", "Ownership transferred"),
                            ("member joined", "Person joined"),
                            ("member removed", "Person removed"),
                            ("member suspended", "Person suspended"),
                            ("member reinstated", "Person reinstated"),
                            ("role changed", "User type changed"),
                            ("pin set", "Commander PIN set"),
                            ("pin removed", "Commander PIN removed"),
                            ("pin refused", "Refused at a charger"),
                            ("charger added", "Charger added"),
                            ("charger changed", "Charger changed"),
                            ("charger moved", "Charger moved"),
                            ("charger password", "Charger password renewed"),
                            ("charger retired", "Charger retired"),
                            ("charger assigned", "Charger assigned"),
                            ("charger unassigned", "Charger unassigned"),
                        ],
                        max_length=30,
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=254)),
                ("details", models.CharField(blank=True, max_length=500)),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="audit_trail",
                        to="groups.group",
                    ),
                ),
            ],
            options={
                "verbose_name": "audit entry",
                "verbose_name_plural": "audit trail",
            },
        ),
        migrations.CreateModel(
            name="Membership",
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
                    "role",
                    models.CharField(
                        choices=[
                            ("user", "User"),
                            ("administrator", "Administrator"),
                            ("superadministrator", "Super-administrator"),
                        ],
                        default="user",
                        max_length=20,
                        verbose_name="user type",
                    ),
                ),
                (
                    "suspended_at",
                    models.DateTimeField(blank=True, editable=False, null=True),
                ),
                (
                    "standing",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(suspended_at__isnull=True, then="role"),
                            default=models.Value("suspended"),
                        ),
                        output_field=models.CharField(max_length=20),
                    ),
                ),
                (
                    "since",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="groups.group",
                    ),
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
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
                "verbose_name_plural": "memberships",
            },
        ),
        migrations.CreateModel(
            name="OrganisationMember",
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
                    "since",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="people",
                        to="groups.group",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="organisations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PinCheck",
            fields=[
                (
                    "id",
                    models.PositiveSmallIntegerField(
                        default=1, primary_key=True, serialize=False
                    ),
                ),
                ("value", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="groups_pincheck_one_row"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PinClaim",
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
                ("digest", models.CharField(max_length=64)),
                ("claimed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("released_at", models.DateTimeField(blank=True, null=True)),
                ("is_revoked", models.BooleanField(default=False)),
                (
                    "holder",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Case(
                            models.When(
                                released_at__isnull=True, then=models.F("user")
                            ),
                            default=None,
                        ),
                        output_field=models.UUIDField(null=True),
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pin_claims",
                        to="groups.group",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=groups.models.pin_claim.outlive,
                        related_name="pin_claims",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PinRefusal",
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
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pin_refusals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.UniqueConstraint(
                fields=("id", "organisation"), name="groups_group_id_organisation"
            ),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.UniqueConstraint(
                fields=("id", "organisation", "depth"), name="groups_group_id_depth"
            ),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.UniqueConstraint(
                fields=("parent", "name"),
                name="groups_group_name_among_siblings",
                violation_error_message="There is a subgroup of this name already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("depth", 1), ("organisation", models.F("id")), ("parent", None)
                    ),
                    models.Q(("depth__range", (2, 6)), ("parent__isnull", False)),
                    _connector="OR",
                ),
                name="groups_group_depth",
            ),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("owner__isnull", False), ("parent", None)),
                    models.Q(("owner", None), ("parent__isnull", False)),
                    _connector="OR",
                ),
                name="groups_group_root_has_owner",
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(
                fields=["organisation", "-at"], name="groups_auditentry_latest"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("user", "group"), name="groups_membership_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                fields=("group", "user", "standing"), name="groups_membership_standing"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("role__in", ["user", "administrator", "superadministrator"])
                ),
                name="groups_membership_role",
            ),
        ),
        migrations.AddConstraint(
            model_name="organisationmember",
            constraint=models.UniqueConstraint(
                fields=("organisation", "user"), name="groups_organisationmember_once"
            ),
        ),
        migrations.AddIndex(
            model_name="pinclaim",
            index=models.Index(fields=["holder"], name="groups_pinclaim_holder"),
        ),
        migrations.AddConstraint(
            model_name="pinclaim",
            constraint=models.UniqueConstraint(
                fields=("organisation", "digest"), name="groups_pinclaim_unique_pin"
            ),
        ),
        migrations.AddConstraint(
            model_name="pinclaim",
            constraint=models.UniqueConstraint(
                fields=("organisation", "holder"), name="groups_pinclaim_one_each"
            ),
        ),
        migrations.AddIndex(
            model_name="pinrefusal",
            index=models.Index(fields=["user", "at"], name="groups_pinrefusal_recent"),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=groups.constraints.ForeignKeyTogether(
                cascades=False,
                columns=("parent_id", "organisation_id", "parent_depth"),
                name="groups_group_under_parent",
                to_columns=("id", "organisation_id", "depth"),
                to_table="groups_group",
            ),
        ),
        migrations.AddConstraint(
            model_name="group",
            constraint=groups.constraints.ForeignKeyTogether(
                cascades=False,
                columns=("id", "owner_id", "owner_standing"),
                name="groups_group_owner_rules_it",
                to_columns=("group_id", "user_id", "standing"),
                to_table="groups_membership",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=groups.constraints.ForeignKeyTogether(
                cascades=False,
                columns=("group_id", "organisation_id"),
                name="groups_membership_group_in_organisation",
                to_columns=("id", "organisation_id"),
                to_table="groups_group",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=groups.constraints.ForeignKeyTogether(
                cascades=False,
                columns=("organisation_id", "user_id"),
                name="groups_membership_of_member",
                to_columns=("organisation_id", "user_id"),
                to_table="groups_organisationmember",
            ),
        ),
        migrations.AddConstraint(
            model_name="pinclaim",
            constraint=groups.constraints.ForeignKeyTogether(
                cascades=False,
                columns=("organisation_id", "holder"),
                name="groups_pinclaim_holder_is_member",
                to_columns=("organisation_id", "user_id"),
                to_table="groups_organisationmember",
            ),
        ),
    ]
