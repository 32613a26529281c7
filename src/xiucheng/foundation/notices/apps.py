"""The room of notices as a Django app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "xiucheng.foundation.notices"
    label = "notices"
