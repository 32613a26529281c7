"""What this room hangs into the engines: the pack it reads, and how its events read as sentences."""

from django.utils.translation import gettext_lazy as _

from xiucheng.foundation.media.registry import register_reference
from xiucheng.foundation.notices import registry as notices
from xiucheng.foundation.packs import registry as packs

from . import filing
from .models import Picture
from .shape import SHAPE

packs.register(packs.PackKind(filing.KIND, _("自动立案规则"), filing.check, normalise=filing.normalise, shape=SHAPE))

register_reference("intake", lambda ids: Picture.objects.filter(media_id__in=ids).values_list("media_id", flat=True))

notices.register(
    notices.Event("report_closed", _("您上报的问题已结案，案卷 {number}。")),
    notices.Event("report_void", _("您上报的问题已作废，案卷 {number}。")),
    notices.Event("report_to_verify", _("有一条上报等您到现场核实。")),
)
