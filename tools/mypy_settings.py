"""The site's settings for the type checker, which loads them without a launcher that fills the environment."""

import os

os.environ.setdefault("XIUCHENG_SECRET_KEY", "for the type checker only")

from xiucheng.config.settings import *  # noqa: F403
