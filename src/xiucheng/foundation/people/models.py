"""The tables of people: who there is, what they may do where, and how they sign in."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from xiucheng.kit.ids import uuid7


class AccountManager(BaseUserManager["Account"]):
    """Finds accounts by user name; they are made by `commands.create_account` alone."""


class Account(AbstractBaseUser):
    """A way to sign in; what its person may do lies in the memberships, never here."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    username = models.CharField(max_length=60, unique=True)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "people_account"
