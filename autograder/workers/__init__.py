"""The processes that submissions run in: how they are started, waited for, ended and reaped."""
