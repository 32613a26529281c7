"""The rooms of the house, bottom to top: the one list from which apps, readers and contracts are wired."""

FOUNDATION = ("places", "people", "packs", "media", "notices", "tasks")
OPERATIONS = ("cases", "intake", "dispatch", "board", "responsibility", "founding")
INTERFACES = ("web", "mobile", "console", "api", "cli", "demo")

ROOM_APPS = (
    "xiucheng.kit",
    *(f"xiucheng.foundation.{room}" for room in FOUNDATION),
    "xiucheng.foundation.people.vault",
    *(f"xiucheng.operations.{room}" for room in OPERATIONS),
    *(f"xiucheng.interfaces.{room}" for room in INTERFACES),
)

# Modules that register plug-ins, projections and reactions when imported; absent ones are simply not needed.
FURNITURE = ("registry", "projections", "reactions", "jobs")
