"""When people of the sample districts are on duty: local times of a day, and the days of a week as bits."""

from datetime import time

Shift = tuple[time, time]

EVERY_DAY, WORKDAYS = 0b1111111, 0b0011111
DAY, NIGHT = (time(7), time(19)), (time(19), time(7))
OFFICE = (time(8), time(18))
THREE_SHIFTS = ((time(7), time(15)), (time(15), time(23)), (time(23), time(7)))
