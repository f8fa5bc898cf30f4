"""Many submissions: a class is read, graded and written down."""
