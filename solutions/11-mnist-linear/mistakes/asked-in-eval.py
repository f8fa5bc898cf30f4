"""One question leaves the model in evaluation mode."""

CAUGHT_BY = ("asking_leaves_the_mode_alone", "digits_of_given_weights")
HINT = "After one question to the model, model.training is False. Who asked it to change, and who puts it back?"


def predict_one(model, image_uint8):
    model.eval()
    return int(model(image_uint8.flatten()[None] / 255).argmax())
