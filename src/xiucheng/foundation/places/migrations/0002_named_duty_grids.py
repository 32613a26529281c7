from django.db import migrations


class Migration(migrations.Migration):
    """A duty grid may be founded by name; its shape can be drawn later."""

    dependencies = [("places", "0001_initial")]

    operations = [migrations.RemoveConstraint(model_name="dutygrid", name="places_duty_grid_shaped")]
