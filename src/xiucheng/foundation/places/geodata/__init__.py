"""Geodata as districts have them: bounded reading of map files, their datums, columns by guess, where the points lie."""
