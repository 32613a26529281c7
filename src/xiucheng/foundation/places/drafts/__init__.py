"""Uploads on their way into the site: kept, read, understood, checked; nothing of them counts before it is taken."""
