"""`/setup`: founding a district, step by step, for the security administrator."""
