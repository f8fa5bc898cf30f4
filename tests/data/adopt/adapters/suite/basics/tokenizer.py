"""A tokenizer for words."""


class Tokenizer:
    """Numbers words by their first appearance."""

    def __init__(self, vocabulary=None):
        self.vocabulary = dict(vocabulary or {})

    def encode(self, text):
        """Return the numbers of the words of a text."""
        ### BEGIN SOLUTION
        return [self.vocabulary.setdefault(word, len(self.vocabulary)) for word in text.split()]
        ### END SOLUTION

    def decode(self, numbers):
        """Return the text of numbers."""
        ### BEGIN SOLUTION
        words = {number: word for word, number in self.vocabulary.items()}
        return " ".join(words[number] for number in numbers)
        ### END SOLUTION
