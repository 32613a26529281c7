from django.apps import AppConfig


class ResponsibilityConfig(AppConfig):
    name = "xiucheng.operations.responsibility"
    label = "responsibility"
