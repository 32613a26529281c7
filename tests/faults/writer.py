"""`python -m tests.faults.writer NAME FIRST PAUSE`: hands in NAME-FIRST, NAME-FIRST+1, … and says what each became.

It rests PAUSE seconds after each. Now and then it also hands in a picture, of which the worker is to make copies.
"""

import sys
import time
from itertools import count

import django


def main(name: str, first: int, pause: float) -> None:
    django.setup()
    from tests.faults.town import report_of
    from tests.pictures import jpeg
    from xiucheng.foundation.media import commands as media
    from xiucheng.foundation.people.rules import Standing
    from xiucheng.kit.now import now
    from xiucheng.operations.intake import commands
    from xiucheng.operations.intake.commands.submitting import Once

    by = Standing.resident("resident")
    for number in count(first):
        key = f"{name}-{number}"
        once = Once("writer", key)
        while True:
            try:
                if number % 7 == 0:
                    picture = jpeg(320, 240, (90, 120, number % 256), number)
                    media.store(actor=by.actor, now=now(), content=picture, name="a.jpg", purpose="near")
                done = commands.submit_report(by=by, now=now(), channel="resident", once=once, **report_of(key, number))
                break
            except django.db.DatabaseError:
                # The database is being restarted; whoever was not answered asks again.
                django.db.connections.close_all()
                time.sleep(0.2)
        print(number, done.report_id, flush=True)
        time.sleep(pause)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
