"""Where the processes of a site put their figures together; to be named before anything counts."""

import os
from contextlib import suppress
from pathlib import Path


def share(data: Path) -> Path:
    """The folder (PROMETHEUS_MULTIPROC_DIR, else below `data`), made and swept of processes that are gone.

    The library of figures looks at the variable once, when it is first imported: so this module does not import it.
    """
    folder = Path(os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(data / "metrics")))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in folder.glob("*.db"):
        pid = file.stem.rpartition("_")[2]
        # What ended long ago would be added up for ever; a counter that falls is a restart, as Prometheus knows.
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            with suppress(OSError):
                file.unlink()
    return folder
