"""Connect the tests to the code."""


def run_softmax(x, axis):
    from basics.functions import softmax

    return softmax(x, axis=axis)


def get_tokenizer(vocabulary=None):
    from basics.tokenizer import Tokenizer

    return Tokenizer(vocabulary)
