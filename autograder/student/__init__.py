"""The conversation with one submission: the handle that a case calls, and how calls become frames and replies."""
