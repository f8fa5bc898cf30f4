"""The vocabulary of case authors."""
