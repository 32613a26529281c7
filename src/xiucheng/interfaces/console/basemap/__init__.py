"""Base data at the desk: uploads on their way in, grids on the map, components with whose they are."""
