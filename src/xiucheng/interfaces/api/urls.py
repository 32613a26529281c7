"""Addresses of the API: those it has, guarded, and an answer in its own shape for all others."""

from django.urls import URLPattern, path, re_path

from .app import api, refused
from .guard import guarded, nowhere

_views, _app_name, _namespace = api.urls
_guarded = [guarded(view, refused) for view in _views if isinstance(view, URLPattern)]

urlpatterns = [
    path("", (_guarded, _app_name, _namespace)),
    re_path(r"^(?P<path>.*)$", nowhere(refused)),
]
