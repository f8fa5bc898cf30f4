"""Start, await, end and reap the processes that run submissions."""
