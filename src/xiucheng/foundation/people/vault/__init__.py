"""The vault: per-subject keys in a store of their own, sealing and opening, blind indexes, erasure."""
