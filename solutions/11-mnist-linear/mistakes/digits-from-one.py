"""The digits are counted from 1."""

CAUGHT_BY = ("one_grey_image",)
HINT = "Your digit is one too large. The classes 0 to 9 are the digits themselves."


def predict_one(model, image_uint8):
    return int(model(image_uint8.flatten()[None] / 255).argmax()) + 1
