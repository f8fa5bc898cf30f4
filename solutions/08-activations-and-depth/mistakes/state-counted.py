"""count_parameters counts all of the state_dict."""

CAUGHT_BY = ("count_of_any_layers",)
HINT = "You count all that a model saves. Some layers also save numbers that no step changes: which are parameters?"


def count_parameters(model):
    return sum(value.numel() for value in model.state_dict().values())
