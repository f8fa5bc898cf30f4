from .functions import softmax

__version__ = "1"
