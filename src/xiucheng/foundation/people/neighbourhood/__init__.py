"""The grid and its people: who answers for a place, who lives there and helps, who is reached through whom."""
