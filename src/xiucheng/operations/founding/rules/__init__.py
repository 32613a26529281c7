"""What founding knows without a database: cells, headers, personal columns, states, gaps. Pure."""


def marked(text: str) -> str:
    """Marks words for translation; who shows them translates."""
    return text
