"""Rendering of saved reports. This package neither grades nor starts a worker."""
