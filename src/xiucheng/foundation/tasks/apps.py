from django.apps import AppConfig


class TasksConfig(AppConfig):
    name = "xiucheng.foundation.tasks"
    label = "tasks"
