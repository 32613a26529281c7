"""What founding hangs into registries: its own templates. Rooms above add theirs from their own registry.py."""

from .templates import table
from .templates.agencies import Agencies
from .templates.areas import Areas
from .templates.duties import Duties
from .templates.figures import Figures
from .templates.housing import Housing
from .templates.partners import Partners
from .templates.past import Past
from .templates.people import People
from .templates.rosters import Rosters
from .templates.routing import Routing
from .templates.stewards import Stewards

_own = (
    *(Agencies(), People(), Areas(), Duties(), Housing(), Routing(), Rosters(), Past(), Figures()),
    *(Stewards(), Partners()),
)
for template in _own:
    table.register(template)
