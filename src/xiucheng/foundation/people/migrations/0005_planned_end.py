from django.db import migrations, models


class Migration(migrations.Migration):
    """When somebody ended a responsibility before its time, and which end it had: so that this can be taken back."""

    dependencies = [("people", "0004_stewards")]

    operations = [
        migrations.AddField("responsibility", "ended_at", models.DateTimeField(null=True)),
        migrations.AddField("responsibility", "planned_end", models.DateTimeField(null=True)),
    ]
