"""Every address of the site, one line per interface."""

from django.urls import include, path, re_path
from django.views.i18n import set_language

from xiucheng.interfaces.web.views import nowhere

from . import health, metrics

# Accounts are made by an administrator and have no mail address: what the sign-in library has for that is not there.
_UNUSED = "signup|email|confirm-email|password/set|password/reset|login/code"

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", metrics.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("i18n/setlang/", set_language, name="set_language"),
    re_path(rf"^accounts/(?:{_UNUSED})/", nowhere),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("xiucheng.interfaces.api.urls")),
    path("setup/", include("xiucheng.interfaces.console.setup.urls")),
    path("desk/", include("xiucheng.interfaces.console.urls")),
    path("", include("xiucheng.interfaces.web.urls")),
    path("", include("xiucheng.interfaces.mobile.urls")),
]

handler400 = "xiucheng.interfaces.web.failures.bad_request"
handler500 = "xiucheng.interfaces.web.failures.server_error"
