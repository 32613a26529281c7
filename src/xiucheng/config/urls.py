"""Every address of the site, one line per interface."""

from django.urls import include, path
from django.views.i18n import set_language

from . import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("i18n/setlang/", set_language, name="set_language"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("xiucheng.interfaces.api.urls")),
    path("desk/", include("xiucheng.interfaces.console.urls")),
    path("", include("xiucheng.interfaces.web.urls")),
    path("", include("xiucheng.interfaces.mobile.urls")),
]

handler500 = "xiucheng.interfaces.web.failures.server_error"
