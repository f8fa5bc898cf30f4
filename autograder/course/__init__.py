"""Assignments and their solutions; submissions and notebooks."""
