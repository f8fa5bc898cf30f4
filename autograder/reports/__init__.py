"""Renderings of a saved report; nothing here grades or starts a worker."""
