import django.contrib.postgres.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Replace

# What was indexed before is brought into the form in which it is searched from now on (rules.searchable).
ONE_FORM = """
UPDATE cases_search SET words = lower(normalize(words, NFKC)) WHERE words <> lower(normalize(words, NFKC))
"""


class Migration(migrations.Migration):
    """Cases are found by a part of their number, and by words however wide or tall they are written."""

    atomic = False
    dependencies = [("cases", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            "case",
            django.contrib.postgres.indexes.GinIndex(
                models.Func(Replace("number", models.Value("-"), models.Value("")), function="cases_tokens"),
                name="cases_case_number_parts",
            ),
        ),
        migrations.RunSQL(ONE_FORM, migrations.RunSQL.noop),
    ]
