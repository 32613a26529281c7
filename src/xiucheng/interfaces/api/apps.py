from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "xiucheng.interfaces.api"
    label = "api"
