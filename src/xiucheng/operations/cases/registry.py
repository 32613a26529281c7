"""The packs that this room reads: the catalogue and the limits of the centre's own stages."""

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs import registry

from .catalogue import check_catalogue, check_limits

registry.register(registry.PackKind("catalogue", _("立案目录"), check_catalogue))
registry.register(registry.PackKind("limits", _("环节时限"), check_limits))
