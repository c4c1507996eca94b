from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

MODELS = [
    # name, family, connectors, keypad
    ("Wallbox Commander", "commander", 1, True),
    ("Wallbox Commander 2", "commander", 1, True),
    ("Wallbox Pulsar", "pulsar", 1, False),
    ("Wallbox Pulsar Plus", "pulsar", 1, False),
    ("Wallbox Pulsar Max", "pulsar", 1, False),
    ("Wallbox Copper SB", "copper", 1, False),
    ("Wallbox Quasar", "quasar", 1, False),
    ("Wallbox Quasar 2", "quasar", 1, False),
    ("Other OCPP charger", "other", 1, False),
    ("Other OCPP charger, two connectors", "other", 2, False),
    ("Other OCPP charger with keypad", "other", 1, True),
]


def add_models(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    ChargerModel = apps.get_model("chargers", "ChargerModel")
    for name, family, connectors, has_keypad in MODELS:
        ChargerModel.objects.get_or_create(
            name=name,
            defaults={
                "family": family,
                "connectors": connectors,
                "has_keypad": has_keypad,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("chargers", "0001_initial")]

    operations = [migrations.RunPython(add_models, migrations.RunPython.noop)]
