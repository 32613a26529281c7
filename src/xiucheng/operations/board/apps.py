from django.apps import AppConfig


class BoardConfig(AppConfig):
    name = "xiucheng.operations.board"
    label = "board"
