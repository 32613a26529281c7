from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "xiucheng.foundation.people"
    label = "people"
