from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "xiucheng.interfaces.demo"
    label = "demo"
