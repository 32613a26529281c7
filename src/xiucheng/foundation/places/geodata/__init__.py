"""Geodata as districts have them: bounded reading of map files, their frames, their columns, where the points lie."""
