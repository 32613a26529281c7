"""The room of pictures and files as a Django app."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "xiucheng.foundation.media"
    label = "media"
