"""Every write of people, each a verb; `by` is who acts, `now` an aware instant."""

from .accounts import (
    Attempt,
    begin_attempt,
    create_account,
    forget_attempts,
    lock_account,
    note_lock_out,
    note_sign_in,
    register_with_account,
    reset_second_factor,
    set_password,
    unlock_account,
)
from .contacts import Contact, erase_subject, keep_contact, keep_contacts, reveal
from .duty import change_duty, end_duty_change, end_roster, start_roster
from .exports import check_whole, note_export
from .links import end_agency_link, end_grid_link, link_agencies, link_grid
from .organisations import change_organisation, close_organisation, register_organisation, reopen_organisation
from .parties import PartyOf, link_parties, set_parties, set_relation, undo_parties, unlink_parties
from .staff import change_person, end_membership, leave_person, register_person, start_membership
from .tokens import Bearer, Issued, issue_token, revoke_token, use_token

__all__ = [
    "Attempt",
    "Bearer",
    "Contact",
    "Issued",
    "PartyOf",
    "begin_attempt",
    "change_duty",
    "change_organisation",
    "change_person",
    "check_whole",
    "close_organisation",
    "create_account",
    "end_agency_link",
    "end_duty_change",
    "end_grid_link",
    "end_membership",
    "end_roster",
    "erase_subject",
    "forget_attempts",
    "issue_token",
    "keep_contact",
    "keep_contacts",
    "leave_person",
    "link_agencies",
    "link_grid",
    "link_parties",
    "lock_account",
    "note_export",
    "note_lock_out",
    "note_sign_in",
    "register_organisation",
    "register_person",
    "register_with_account",
    "reopen_organisation",
    "reset_second_factor",
    "reveal",
    "revoke_token",
    "set_parties",
    "set_password",
    "set_relation",
    "start_membership",
    "start_roster",
    "undo_parties",
    "unlink_parties",
    "unlock_account",
    "use_token",
]
