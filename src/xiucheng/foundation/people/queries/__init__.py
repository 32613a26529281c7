"""Every read that others may make of people; each function says how many statements it takes."""

from .accounts import AccountRow, TokenRow, account, account_of, accounts, tokens, usernames
from .contacts import Masked, RevealRow, earlier_of_caller, masked, reveal_log, subject_by_phone, subjects_by_phone
from .duty import (
    GridWalker,
    RosterRow,
    grid_walkers,
    holders,
    inspectors_of_grid,
    is_on_duty,
    on_duty,
    rosters,
    walked_grids,
)
from .links import agencies_of_components, agency_of_component, components_of
from .organisations import Agency, agencies, agency, agency_by_code, agency_names, below, organisations
from .staff import Member, left_of, members, person_names, person_of_name, phone_of, staff
from .standings import demand, may, role_name, roles, standing_of, visible_to

__all__ = [
    "AccountRow",
    "Agency",
    "GridWalker",
    "Masked",
    "Member",
    "RevealRow",
    "RosterRow",
    "TokenRow",
    "account",
    "account_of",
    "accounts",
    "agencies",
    "agencies_of_components",
    "agency",
    "agency_by_code",
    "agency_names",
    "agency_of_component",
    "below",
    "components_of",
    "demand",
    "earlier_of_caller",
    "grid_walkers",
    "holders",
    "inspectors_of_grid",
    "is_on_duty",
    "left_of",
    "masked",
    "may",
    "members",
    "on_duty",
    "organisations",
    "person_names",
    "person_of_name",
    "phone_of",
    "reveal_log",
    "role_name",
    "roles",
    "rosters",
    "staff",
    "standing_of",
    "subject_by_phone",
    "subjects_by_phone",
    "tokens",
    "usernames",
    "visible_to",
    "walked_grids",
]
