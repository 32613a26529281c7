from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "xiucheng.foundation.media"
    label = "media"
