"""What a process remembers of people: organisations, and everybody's posts with their dates."""

from xiucheng.kit.remembered import Remembered

remembered = Remembered("people")
