OK_FORMAT = True

test = {
    "name": "q2",
    "points": [3],
    "suites": [
        {
            "cases": [
                {
                    "code": ">>> import numpy as np\n>>> z = standardize(np.array([1.0, 3.0]))\n"
                    ">>> for v in z:\n...     print(round(float(v), 3))\n-1.0\n1.0\n",
                    "hidden": False,
                }
            ],
            "scored": True,
            "setup": "",
            "teardown": "",
            "type": "doctest",
        }
    ],
}
