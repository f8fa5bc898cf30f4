"""Scaled by the largest pixel of the images that were given."""

CAUGHT_BY = ("grey_images_are_divided_by_255", "accuracy_of_known_weights")
HINT = "Your scale depends on the images: dark ones become bright. By which number were those of the training divided?"


def accuracy(model, images_uint8, labels, batch_size=250):
    x = images_uint8.unsqueeze(1).float() / max(1, int(images_uint8.max()))
    hits = 0
    with torch.no_grad():
        for part, wanted in zip(x.split(batch_size), labels.split(batch_size), strict=True):
            hits += int((model(part).argmax(dim=1) == wanted).sum())
    return hits / len(labels)
