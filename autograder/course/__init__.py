"""What is asked (assignments) and what was handed in (submissions, notebooks)."""
