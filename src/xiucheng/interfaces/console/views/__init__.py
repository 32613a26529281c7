"""The pages of the desk, one file per page; no rule and no query lives here."""
