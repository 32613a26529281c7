from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "xiucheng.operations.cases"
    label = "cases"
