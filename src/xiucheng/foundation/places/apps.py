from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "xiucheng.foundation.places"
    label = "places"
