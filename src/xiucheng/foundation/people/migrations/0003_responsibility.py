import django.contrib.postgres.constraints
import django.db.models.deletion
from django.db import migrations, models

import xiucheng.foundation.people.models
import xiucheng.kit.ids


class Migration(migrations.Migration):
    """Who answers for which street, community, duty grid."""

    dependencies = [("people", "0002_agency_links")]

    operations = [
        migrations.CreateModel(
            name="Responsibility",
            fields=[
                (
                    "id",
                    models.UUIDField(default=xiucheng.kit.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("level", models.CharField(max_length=12)),
                ("place", models.CharField(max_length=20)),
                ("area", models.CharField(max_length=12)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
                    ),
                ),
            ],
            options={
                "db_table": "people_responsibility",
                "indexes": [models.Index(fields=["area"], name="people_responsibility_area")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ("street", "community", "grid"))),
                        name="people_responsibility_level",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("area__regex", "^(\\d{9}|\\d{12})$")),
                        name="people_responsibility_areacode",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                        ),
                        name="people_responsibility_ordered",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("person", "="),
                            ("place", "="),
                            (
                                xiucheng.foundation.people.models.Period(models.F("starts_at"), models.F("ends_at")),
                                "&&",
                            ),
                        ],
                        name="people_responsibility_once",
                    ),
                ],
            },
        ),
    ]
