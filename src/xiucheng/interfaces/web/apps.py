from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "xiucheng.interfaces.web"
    label = "web"
