"""What people hangs into registries: which of its rows lose their words again after a restore."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

from xiucheng.kit.carrying import carry

from . import base_data, vault

__all__ = ["base_data", "clear_phones", "clear_subjects"]


@vault.after_restore("people_subject")
def clear_subjects(key_ids: Sequence[UUID]) -> int:
    """Subjects that came back with an older copy of this database lose their contact and digests."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_subject SET sealed = NULL, phone_blind = NULL, contact_blind = NULL, erased_at = e.erased_at"
            " FROM people_erasure e WHERE e.key_id = people_subject.key AND people_subject.key = ANY(%s)"
            " AND people_subject.erased_at IS NULL",
            [list(key_ids)],
        )
        return cursor.rowcount


@vault.after_restore("people_person")
def clear_phones(key_ids: Sequence[UUID]) -> int:
    """Phone numbers of the staff that were changed or removed after the copy was made."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_person SET phone_key = NULL, phone_sealed = NULL WHERE phone_key = ANY(%s)", [list(key_ids)]
        )
        return cursor.rowcount


carry("people_organisation", "people_membership", "people_roster", "people_duty_change")
carry("people_agency_link", "people_component_link", "people_facility_link", "people_grid_link")
# Who they are, without a number to call them by: a rehearsal tells nobody anything.
carry("people_person", without=("phone_key", "phone_sealed"))
