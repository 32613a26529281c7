from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("responsibility", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="partnership",
            name="reminded_for",
            field=models.DateField(null=True),
        ),
    ]
