OK_FORMAT = True

test = {
    "name": "q1",
    "points": 2,
    "suites": [
        {
            "cases": [
                {"code": ">>> mean([1, 2, 3])\n2.0", "hidden": False, "locked": False},
                {"code": ">>> mean([4])\n4.0\n>>> mean([1, 2]) == 1.5\nTrue", "hidden": True, "locked": False},
            ],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }
    ],
}
