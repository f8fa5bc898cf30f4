"""One submission, then many: cases, sessions, scores."""
