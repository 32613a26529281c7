"""What the verbs of founding share: who may, under whose name the rooms below are called, one step."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.people import queries as people
from xiucheng.foundation.people.rules import Standing
from xiucheng.kit import journal
from xiucheng.kit.refused import Refused

from .models import Import, Site
from .rehearsing import running
from .rules import states

ACT = "site.found"

REHEARSAL = UUID("00000000-0000-7000-8000-000000000001")
"""What steps and progress of a rehearsal are about: there is one on a site."""

WORKER = Standing.for_system("founding")


def hand(import_id: UUID) -> Standing:
    """Under whose name an import calls the rooms below: one actor per import, so that the journal tells them apart.

    Who pressed the button stands in founding's own step.
    """
    return Standing.for_system(f"founding.{import_id}")


def demand(by: Standing) -> None:
    """Refused `not_yours` (403) unless founding is theirs."""
    people.demand(by, ACT)


def record(verb: str, subject: UUID, by: Standing, now: datetime, **payload: Any) -> None:
    """One step of this room: codes and numbers only."""
    journal.record(room="founding", subject=subject, verb=verb, actor=by.actor, occurred_at=now, payload=payload)


def locked(import_id: UUID) -> Import:
    """The import, locked until the verb ends. Refused `not_found` (404)."""
    row = Import.objects.select_for_update().filter(id=import_id).first()
    if row is None:
        raise Refused("not_found", _("没有这次导入。"), status=404)
    return row


def rehearsing(site: Site, now: datetime) -> bool:
    """Is a rehearsal under way? Not where it has been silent for twice the time that it may take: its worker was
    killed."""
    begun = site.rehearsed_at
    if site.rehearsal_state != "running" or begun is None:
        return False
    return now - begun < timedelta(seconds=2 * running.MOST_S)


def move(row: Import, name: str, now: datetime) -> None:
    """Set the next state. Refused `stale` (409) where the state does not permit the move."""
    target = states.after(row.state, name)
    if target is None:
        raise Refused("stale", _("这次导入的状态已经变了，请看最新的情况。"), status=409)
    row.state, row.changed_at = target, now
