"""Who stands by a community beside those on post: double registration, pairing, take-ons."""
