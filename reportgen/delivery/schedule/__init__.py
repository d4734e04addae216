"""Runs made again at their times: schedules, timers, reruns and what they left."""
