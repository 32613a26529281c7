"""The templates: one module each, hung into the registry by their room."""
