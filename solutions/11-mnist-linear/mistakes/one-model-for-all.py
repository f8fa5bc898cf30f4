"""One model is made when the module is loaded, and returned each time."""

from torch import nn

CAUGHT_BY = ("two_models_have_weights_of_their_own", "every_model_is_a_new_one")
HINT = "Two calls gave one and the same model: training the first trains the second. Where is it built?"


MODEL = nn.Linear(28 * 28, 10)


def make_model() -> nn.Linear:
    return MODEL
