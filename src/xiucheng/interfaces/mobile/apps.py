from django.apps import AppConfig


class MobileConfig(AppConfig):
    name = "xiucheng.interfaces.mobile"
    label = "mobile"
