from django.apps import AppConfig


class PacksConfig(AppConfig):
    name = "xiucheng.foundation.packs"
    label = "packs"
