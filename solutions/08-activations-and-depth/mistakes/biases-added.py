"""The biases are carried through all layers but their own neighbours: one matrix too few."""

CAUGHT_BY = ("two_layers_by_hand", "chain_of_the_lecture", "collapse_matches", "four_layers_equal_one", "layers_stay")
HINT = "You add the biases as they are. b1 stands before W2: what does the second layer do to it?"


def collapse_linear(Ws, bs):
    W = Ws[0]
    for W_next in Ws[1:]:
        W = W @ W_next
    return W, sum(np.resize(b, W.shape[1]) for b in bs)
