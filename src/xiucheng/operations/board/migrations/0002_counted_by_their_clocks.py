from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# Name of the list → its first column, if it is not the list of all.
LISTS = {
    "all": "",
    "street": "street",
    "community": "community",
    "agency": "agency_id",
    "person": "person_id",
    "state": "state",
    "category": "category",
}
COUNTED = ("state", "supervised", "asked", "clock_from")


def _index(name, first):
    keys = [*([first] if first else []), "sort_at", "case_id"]
    condition = models.Q(open=True)
    if name == "person":
        condition &= models.Q(person_id__isnull=False)
    include = tuple(column for column in COUNTED if column not in keys)
    return models.Index(fields=keys, name=f"board_{name}_due", condition=condition, include=include)


class Migration(migrations.Migration):
    """What is about to be late is counted by how much of a case's clock is used up, so its start is in the index."""

    atomic = False
    dependencies = [("board", "0001_initial")]

    operations = [
        *(AddIndexConcurrently("row", _index(name, first)) for name, first in LISTS.items()),
        *(RemoveIndexConcurrently("row", f"board_{name}_open") for name in LISTS),
    ]
