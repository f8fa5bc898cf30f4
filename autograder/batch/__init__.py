"""Grading the submissions of a class."""
