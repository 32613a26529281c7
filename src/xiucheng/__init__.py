"""绣城 Xiucheng: the working system of a district for fine-grained urban management."""
