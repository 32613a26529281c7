from django.apps import AppConfig


class DispatchConfig(AppConfig):
    name = "xiucheng.operations.dispatch"
    label = "dispatch"
