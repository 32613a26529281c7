"""The room of people: organisations, persons, posts, accounts, and the vault for what is personal."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "xiucheng.foundation.people"
    label = "people"
