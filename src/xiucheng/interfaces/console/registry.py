"""Where notices lead on this site: to the case, to the report, to the steward, to the partnership."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse

from xiucheng.foundation.notices import registry


def _case(subject: UUID, args: Mapping[str, Any]) -> str:
    return reverse("console:case", args=[str(subject)])


def _report(subject: UUID, args: Mapping[str, Any]) -> str:
    return reverse("console:report", args=[subject])


def _steward(subject: UUID, args: Mapping[str, Any]) -> str:
    return reverse("console:steward", args=[subject])


def _partnership(subject: UUID, args: Mapping[str, Any]) -> str:
    return reverse("console:partnership", args=[subject])


registry.register_link("stewards", _steward)
registry.register_link("partners", _partnership)
registry.register_link("cases", _case)
registry.register_link("intake", _report)
