"""The pack that this room reads: what is filed by a published rule."""

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.packs import registry

from . import filing

registry.register(registry.PackKind(filing.KIND, _("自动立案规则"), filing.check))
