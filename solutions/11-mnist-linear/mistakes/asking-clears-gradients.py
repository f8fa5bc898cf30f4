"""predict_one clears the gradients of the model."""

CAUGHT_BY = ("digits_of_given_weights",)
HINT = "After one question to the model its gradients are gone. Who may still need them, and who clears them?"


def predict_one(model, image_uint8):
    model.zero_grad()
    return int(model(image_uint8.reshape(1, 784) / 255).argmax())
