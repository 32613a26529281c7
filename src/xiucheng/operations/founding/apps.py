from django.apps import AppConfig


class FoundingConfig(AppConfig):
    name = "xiucheng.operations.founding"
    label = "founding"
