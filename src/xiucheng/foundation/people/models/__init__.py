"""The tables of people: staff, their posts and links; whose contact is kept; who answers for which place."""

# Migrations know it by this address.
from xiucheng.kit.periods import Period

from .neighbourhood import Responsibility
from .parties import PARTY_LINKS, ComponentLink, FacilityLink
from .staff import (
    Account,
    AccountManager,
    AgencyLink,
    ApiToken,
    DutyChange,
    Erasure,
    GridLink,
    Membership,
    Organisation,
    Person,
    Remembered,
    Reveal,
    Roster,
    SignInAttempts,
    Subject,
)
from .stewards import ChainLink, Neighbour, Steward

__all__ = [
    "PARTY_LINKS",
    "Account",
    "AccountManager",
    "AgencyLink",
    "ApiToken",
    "ChainLink",
    "ComponentLink",
    "DutyChange",
    "Erasure",
    "FacilityLink",
    "GridLink",
    "Membership",
    "Neighbour",
    "Organisation",
    "Period",
    "Person",
    "Remembered",
    "Responsibility",
    "Reveal",
    "Roster",
    "SignInAttempts",
    "Steward",
    "Subject",
]
