"""Configuration in forms: made from the shape that a kind of pack declares, none written for a single kind."""
