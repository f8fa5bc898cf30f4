"""The course in here is graded by the tests; pytest itself must not take its case files for tests of ours."""

collect_ignore = ["course"]
