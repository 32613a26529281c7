"""Run by a bundle's own interpreter in a namespace without routes: `alone.py BUNDLE DATA PORT` starts its demo.

Prints one JSON object: what of the machine is mapped into the interpreter, and how the demo fared.
"""

from __future__ import annotations

import fcntl
import json
import socket
import struct
import subprocess
import sys
import time
import urllib.request
import zoneinfo
from pathlib import Path

# What brings libraries of its own along; each has to be loaded before the maps are read.
import cryptography.fernet
import numpy
import psycopg
import pyogrio
import pyproj
import shapely

LOADED = (cryptography, numpy, psycopg, pyogrio, pyproj, shapely)
SIOCSIFFLAGS, IFF_UP = 0x8914, 1


def main(bundle: Path, data: Path, port: str) -> None:
    # A namespace begins with its own address switched off.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as card:
        fcntl.ioctl(card, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    mapped = {line.split(maxsplit=5)[-1].strip() for line in Path("/proc/self/maps").read_text().splitlines()}
    said: dict[str, object] = {
        "executable": sys.executable,
        "foreign": sorted(name for name in mapped if name.startswith("/") and not name.startswith(f"{bundle}/")),
        "routes": Path("/proc/net/route").read_text().splitlines()[1:],
        "zone": str(zoneinfo.ZoneInfo("Asia/Shanghai")),
        "drivers": sorted({"ESRI Shapefile", "GPKG", "GeoJSON"} & set(pyogrio.list_drivers())),
        "datum": pyproj.Transformer.from_crs(4490, 4545, always_xy=True).transform(108.0, 30.0),
    }
    with data.with_suffix(".log").open("w") as log:
        command = [str(bundle / "bin/xiucheng"), "demo", "--port", port, "--data", str(data)]
        demo = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd="/")
        said |= _watch(demo, f"http://127.0.0.1:{port}")
        demo.terminate()
        said["ended"] = demo.wait(60)
    print(json.dumps(said))


def _watch(demo: subprocess.Popen[bytes], base: str) -> dict[str, object]:
    """Waits until the site says that all of it is well; its first page."""
    begun = time.monotonic()
    while time.monotonic() - begun < 300 and demo.poll() is None:
        try:
            with urllib.request.urlopen(f"{base}/healthz", timeout=5) as answer:
                healthy = answer.status
        except OSError:
            time.sleep(0.5)
            continue
        with urllib.request.urlopen(f"{base}/", timeout=30) as answer:
            page = answer.read().decode()
        return {"healthz": healthy, "page": page, "seconds": round(time.monotonic() - begun)}
    return {"healthz": 0}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
