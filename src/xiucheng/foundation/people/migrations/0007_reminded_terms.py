from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_parties"),
    ]

    operations = [
        migrations.AddField(
            model_name="steward",
            name="reminded_for",
            field=models.DateField(null=True),
        ),
    ]
