from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.expressions import RawSQL

YELLOW_AT = "(clock_from AT TIME ZONE 'UTC' + (sort_at - clock_from) * 0.8) AT TIME ZONE 'UTC'"
PRESSES_FROM = f"LEAST({YELLOW_AT}, sort_at)"


class Migration(migrations.Migration):
    """What the clock decides about open cases is counted by an index: only what is late, or about to be, is looked at."""

    atomic = False
    dependencies = [("board", "0002_counted_by_their_clocks")]

    operations = [
        AddIndexConcurrently(
            "row",
            models.Index(
                RawSQL(PRESSES_FROM, []),
                "sort_at",
                name="board_all_pressing",
                condition=models.Q(open=True),
                # Read from the index alone only where it also holds what the expression is made of.
                include=["clock_from"],
            ),
        )
    ]
