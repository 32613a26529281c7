"""What every part of the loading shares: under whose name it acts."""

from xiucheng.foundation.people.rules import Standing

BY = Standing.for_system("sample")
