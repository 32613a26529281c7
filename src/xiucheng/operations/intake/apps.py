from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "xiucheng.operations.intake"
    label = "intake"
