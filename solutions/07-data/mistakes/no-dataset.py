"""A class of its own, not a torch Dataset."""

import torch

CAUGHT_BY = ("a_loop_meets_five_students", "a_loop_over_it_ends")
HINT = "It behaves like a data set, but is none for PyTorch. From which class should it inherit?"


class ExamDataset:
    def __len__(self):
        return len(QUIZZES)

    def __getitem__(self, i):
        return torch.tensor(QUIZZES[i], dtype=torch.float32), torch.tensor(FINALS[i], dtype=torch.float32)
