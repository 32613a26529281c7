"""What verbs of every room do with rows: lock one until they end, turn a constraint's violation into its refusal."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, models, transaction

from .refused import Refused

M = TypeVar("M", bound=models.Model)


@contextmanager
def refusing(refusals: Mapping[str, Refused]) -> Iterator[None]:
    """Turns the violation of a named constraint into its refusal; the database decides, a person reads why."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        refusal = refusals.get(str(name))
        if refusal is None:
            raise
        raise refusal from error


def locked(model: type[M], pk: UUID, text: Any) -> M:
    """The row, locked until the verb ends. Refused `not_found` (404) with this sentence."""
    try:
        return model._default_manager.select_for_update(of=("self",)).get(pk=pk)
    except ObjectDoesNotExist:
        raise Refused("not_found", text, status=404) from None
