"""The sample district, loaded once for all tests of a file and taken back at its end."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest


@dataclass(frozen=True)
class Loaded:
    """When the sample was loaded, what was told meanwhile, how many statements and how much of a core it took."""

    now: datetime
    told: tuple[str, ...]
    statements: int
    cpu_seconds: float


@pytest.fixture(scope="module")
def sample(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    from django.core.files.storage import storages
    from django.db import connection, transaction

    from xiucheng.interfaces.demo import sample
    from xiucheng.kit import remembered
    from xiucheng.kit.now import now

    count = [0]

    def counted(execute: Any, *args: Any) -> Any:
        count[0] += 1
        return execute(*args)

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(storages["media"], "_location", str(tmp_path_factory.mktemp("media")))
        remembered.forget()
        with transaction.atomic(), transaction.atomic(using="keys"):
            at, told, start = now(), [], time.process_time()
            with connection.execute_wrapper(counted):
                assert sample.load(at, told.append)
            yield Loaded(at, tuple(told), count[0], time.process_time() - start)
            transaction.set_rollback(True)
            transaction.set_rollback(True, using="keys")
