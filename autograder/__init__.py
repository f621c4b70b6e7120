"""Grades the "SGD from scratch" exercises: hidden graders here, student code in another process."""
