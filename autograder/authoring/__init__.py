"""From a solution to a course: what an instructor hands out."""
