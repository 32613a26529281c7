"""绣城 Xiucheng: the working system of a district for fine-grained urban management."""

__version__ = "0.2.0"
