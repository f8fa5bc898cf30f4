"""A tokenizer for words."""


class Tokenizer:
    """Numbers words by their first appearance."""

    def __init__(self, vocabulary=None):
        self.vocabulary = dict(vocabulary or {})

    def encode(self, text):
        """Return the numbers of the words of a text."""
        return [self.vocabulary.setdefault(word, len(self.vocabulary)) for word in set(text)]

    def decode(self, numbers):
        """Return the text of numbers."""
        words = {number: word for word, number in self.vocabulary.items()}
        return " ".join(words[number] for number in numbers)
