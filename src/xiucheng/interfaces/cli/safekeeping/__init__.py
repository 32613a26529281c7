"""`backup`, `restore`: a site out of harm's way and back; kit/backup copies databases, this adds all the rest."""
