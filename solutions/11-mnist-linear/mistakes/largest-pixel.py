"""Scaled by the largest pixel of the images that were given."""

CAUGHT_BY = ("dark_images_are_dark", "accuracy_on_dark_images")
HINT = "Your scale depends on the images: dark ones become bright. By which number were those of the training divided?"


def evaluate(model, images_uint8, labels):
    with torch.no_grad():
        logits = model(images_uint8.flatten(start_dim=1) / max(1, int(images_uint8.max())))
    return int((logits.argmax(dim=1) == labels).sum()) / len(labels)
