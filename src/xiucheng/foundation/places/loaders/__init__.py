"""Reading what a district really has: division lists, grids, components and facilities, row by row."""
