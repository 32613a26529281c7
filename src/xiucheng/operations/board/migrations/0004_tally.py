from django.db import migrations, models

# What an open row is counted under, whatever the time is: its state, and the marks that go across the states.
MARKS = """
CREATE FUNCTION board_marks(state text, asked text, supervised boolean) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
    SELECT state
    UNION ALL SELECT 'asked' WHERE asked <> ''
    UNION ALL SELECT 'supervised' WHERE supervised
$$;
"""

# By triggers: whoever writes rows, also a program of the version before that runs until the upgrade is over, keeps the
# tally right. Rows are written by the one projection, so nobody waits for the tally's locks.
COUNTING = """
CREATE FUNCTION board_tally_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO board_tally AS held (mark, count)
    SELECT mark, count(*)
    FROM added, LATERAL board_marks(added.state, added.asked, added.supervised) AS mark
    WHERE added.open GROUP BY mark ORDER BY mark
    ON CONFLICT (mark) DO UPDATE SET count = held.count + EXCLUDED.count;
    RETURN NULL;
END $$;

CREATE FUNCTION board_tally_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO board_tally AS held (mark, count)
    SELECT mark, sum(sign) FROM (
        SELECT mark, 1 AS sign
        FROM added, LATERAL board_marks(added.state, added.asked, added.supervised) AS mark WHERE added.open
        UNION ALL
        SELECT mark, -1
        FROM removed, LATERAL board_marks(removed.state, removed.asked, removed.supervised) AS mark WHERE removed.open
    ) moved
    GROUP BY mark HAVING sum(sign) <> 0 ORDER BY mark
    ON CONFLICT (mark) DO UPDATE SET count = held.count + EXCLUDED.count;
    RETURN NULL;
END $$;

CREATE FUNCTION board_tally_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO board_tally AS held (mark, count)
    SELECT mark, -count(*)
    FROM removed, LATERAL board_marks(removed.state, removed.asked, removed.supervised) AS mark
    WHERE removed.open GROUP BY mark ORDER BY mark
    ON CONFLICT (mark) DO UPDATE SET count = held.count + EXCLUDED.count;
    RETURN NULL;
END $$;

CREATE FUNCTION board_tally_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM board_tally;
    RETURN NULL;
END $$;
"""

NO_COUNTING = "DROP FUNCTION board_tally_added, board_tally_changed, board_tally_removed, board_tally_emptied"

# From the first trigger on nobody else writes rows until all of this is committed: what is counted here is exact.
BEGUN = """
CREATE TRIGGER board_tally_added AFTER INSERT ON board_row
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION board_tally_added();
CREATE TRIGGER board_tally_changed AFTER UPDATE ON board_row
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION board_tally_changed();
CREATE TRIGGER board_tally_removed AFTER DELETE ON board_row
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION board_tally_removed();
CREATE TRIGGER board_tally_emptied AFTER TRUNCATE ON board_row
    FOR EACH STATEMENT EXECUTE FUNCTION board_tally_emptied();
INSERT INTO board_tally (mark, count)
SELECT mark, count(*) FROM board_row, LATERAL board_marks(state, asked, supervised) AS mark WHERE open GROUP BY mark;
"""

NOT_BEGUN = """
DROP TRIGGER board_tally_added ON board_row;
DROP TRIGGER board_tally_changed ON board_row;
DROP TRIGGER board_tally_removed ON board_row;
DROP TRIGGER board_tally_emptied ON board_row;
"""


class Migration(migrations.Migration):
    """Open cases are tallied as they move, so that the hall need not look at each to say how many there are."""

    dependencies = [("board", "0003_pressing_by_an_index")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("mark", models.TextField(primary_key=True, serialize=False)),
                ("count", models.IntegerField()),
            ],
            options={"db_table": "board_tally"},
        ),
        migrations.RunSQL(MARKS, "DROP FUNCTION board_marks"),
        migrations.RunSQL(COUNTING, NO_COUNTING),
        migrations.RunSQL(BEGUN, NOT_BEGUN),
    ]
