"""What the layers share."""


def flattened(x):
    return x.reshape(x.shape[0], -1)
