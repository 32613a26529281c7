"""Starting the rehearsal's own process and hearing how far it is; at the end its answer."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings

from xiucheng.kit.site import rehearsal_name

MOST_S = 900.0
"""A rehearsal that takes longer does not come to an end (measured: half a minute on a machine of two cores, D)."""


def run(tell: Callable[[int, int], None]) -> dict[str, Any]:
    """The last thing the process said: {"cases": […]}, or {"failed": code} where it came to nothing."""
    environment = {**os.environ, "XIUCHENG_SITE": rehearsal_name(settings.SITE)}
    # Its work is no page of this site.
    environment.pop("PROMETHEUS_MULTIPROC_DIR", None)
    command = [sys.executable, "-m", "xiucheng.operations.founding.rehearsing.child"]
    answer: dict[str, Any] = {"failed": "no_answer"}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as child:
        alarm = threading.Timer(MOST_S, child.kill)
        alarm.start()
        try:
            for told in _lines(child):
                if "done" in told:
                    tell(told["done"], told["total"])
                else:
                    answer = told
        finally:
            alarm.cancel()
            child.kill()
    return answer


def _lines(child: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    assert child.stdout is not None
    for line in child.stdout:
        with contextlib.suppress(ValueError):
            yield json.loads(line)
