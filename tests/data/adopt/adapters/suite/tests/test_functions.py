import numpy as np
import pytest

from .adapters import get_tokenizer, run_softmax


def test_softmax_matches_snapshot(matrix, snapshot):
    snapshot.assert_match(run_softmax(matrix, axis=-1), "softmax")


def test_softmax_without_overflow(matrix):
    np.testing.assert_allclose(run_softmax(matrix + 1000, axis=1), run_softmax(matrix, axis=1), atol=1e-6)


@pytest.mark.parametrize("text", ["a b a", "one", ""])
def test_roundtrip(text):
    tokenizer = get_tokenizer()
    numbers = tokenizer.encode(text)
    assert tokenizer.decode(numbers) == text


def test_encode_extends_the_vocabulary(tmp_path):
    tokenizer = get_tokenizer({"a": 0})
    assert tokenizer.encode("b a") == [1, 0]
    assert tokenizer.vocabulary == {"a": 0, "b": 1}
