"""x2 grows downwards."""

CAUGHT_BY = ("map_of_the_handset_net",)
HINT = "Your map is upside down: the first row is the bottom of the plane. Which x2 belongs to the top?"


def decision_map(params, size=21, reach=2.5):
    steps = np.linspace(-reach, reach, size)
    rows = []
    for x2 in steps:
        points = np.column_stack([steps, np.full(size, x2)])
        answers = forward(params, points)["y_pred"][:, 0]
        rows.append("".join("#" if answer > 0.5 else "." for answer in answers))
    return rows
