"""Tests of the cases themselves: mutants, known mistakes, alternatives, many seeds."""
