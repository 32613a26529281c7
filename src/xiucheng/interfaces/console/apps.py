from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "xiucheng.interfaces.console"
    label = "console"
