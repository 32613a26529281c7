"""Copies of a site's databases and the way back: what lies in a backup, how it is made, how it is taken back.

Knows databases, not what is in them. The command line (`interfaces/cli/backup.py`) adds pictures and erasures.
"""
