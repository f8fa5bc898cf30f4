import unittest

import numpy as np
from gradescope_utils.autograder_utils.decorators import number, partial_credit, visibility, weight
from regression import LinearRegression, NotFittedError, mse


class TestLinearRegression(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        rng = np.random.RandomState(0)
        cls.X = rng.randn(50, 3)
        cls.true = np.array([1.0, -2.0, 0.5])
        cls.y = cls.X @ cls.true
        cls.model = LinearRegression().fit(cls.X, cls.y)

    @weight(4)
    @number("1.1")
    def test_weights(self):
        """The weights are found"""
        np.testing.assert_allclose(self.model.w, self.true, atol=1e-3)

    @weight(3)
    @number("1.2")
    @visibility("hidden")
    def test_predict(self):
        """Predictions agree"""
        for i in range(3):
            with self.subTest(i=i):
                self.assertAlmostEqual(float(self.model.predict(self.X)[i]), float(self.y[i]), places=2)

    @weight(1)
    @number("1.3")
    def test_not_fitted(self):
        with self.assertRaises(NotFittedError):
            LinearRegression().predict(self.X)


class TestErrors(unittest.TestCase):
    def setUp(self):
        self.a = np.arange(4.0)

    @partial_credit(2)
    @number("2.1")
    def test_mse(self, set_score=None):
        """Errors"""
        score = 0
        score += mse(self.a, self.a + 1) == 1.0
        score += mse(self.a, self.a + 2) == 4.0
        set_score(score)
