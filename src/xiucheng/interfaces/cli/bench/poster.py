"""One client of the API, a process of its own with nothing but the standard library: posts reports, one after another.

Reads its orders as JSON from stdin, waits for a line to start, writes what happened as JSON to stdout.
"""

import json
import random
import sys
import time
from http.client import HTTPConnection, HTTPException
from typing import Any

TEXTS = (
    "路口东侧的路灯昨晚起不亮，行人过街看不清路面，请尽快修理。",
    "人行道上的井盖松动，车辆经过时发出很大的响声，附近有老人摔过跤。",
    "小区门口的垃圾堆了三天没有清运，气味很大，影响居民出行。",
    "商铺把货物摆到了人行道上，婴儿车和轮椅过不去。",
    "工地夜间施工到凌晨，噪声很大，希望按规定时间作业。",
    "公园里的长椅断了一条腿，护栏也有锈蚀，存在安全隐患。",
)


def main() -> None:
    """Post for the ordered number of seconds; a refused or broken request is counted and does not end the run."""
    orders = json.loads(sys.stdin.readline())
    rng = random.Random(orders["seed"])
    connection = HTTPConnection("127.0.0.1", orders["port"], timeout=30)
    print("ready", flush=True)
    sys.stdin.readline()
    spent: list[float] = []
    failures: dict[str, int] = {}
    until = time.monotonic() + orders["seconds"]
    while time.monotonic() < until:
        begun = time.perf_counter()
        outcome = _post(connection, _report(rng, orders), _headers(rng, orders))
        if outcome == "201":
            spent.append((time.perf_counter() - begun) * 1000)
        else:
            failures[outcome] = failures.get(outcome, 0) + 1
    print(json.dumps({"spent": spent, "failures": failures}), flush=True)


def _report(rng: random.Random, orders: dict[str, Any]) -> bytes:
    west, south, east, north = orders["bounds"]
    body = {
        "text": rng.choice(TEXTS),
        "category": rng.choice(orders["categories"]),
        "lon": round(rng.uniform(west, east), 6),
        "lat": round(rng.uniform(south, north), 6),
        "datum": "wgs84",
        "address": None,
        "occurred_at": None,
        "contact": {"name": None, "phone": f"139{rng.randrange(10**8):08d}"},
        "media": [],
    }
    return json.dumps(body, ensure_ascii=False).encode()


def _headers(rng: random.Random, orders: dict[str, Any]) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {orders['token']}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"{rng.getrandbits(128):032x}",
    }


def _post(connection: HTTPConnection, body: bytes, headers: dict[str, str]) -> str:
    try:
        connection.request("POST", "/api/v1/reports", body=body, headers=headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException) as error:
        connection.close()
        return type(error).__name__
    return str(answer.status)


if __name__ == "__main__":
    main()
