from django.apps import AppConfig


class CliConfig(AppConfig):
    name = "xiucheng.interfaces.cli"
    label = "cli"
