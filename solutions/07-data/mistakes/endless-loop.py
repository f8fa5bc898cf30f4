"""Indices beyond the last start again."""

import torch
from torch.utils.data import Dataset

CAUGHT_BY = ("a_loop_meets_five_students", "a_loop_over_it_ends")
HINT = (
    "A for loop over your data set never ends: it asks for 0, 1, 2, ... until it is told that there are no more. "
    "By which exception?"
)


class ExamDataset(Dataset):
    def __len__(self):
        return len(QUIZZES)

    def __getitem__(self, i):
        i = i % len(QUIZZES)
        return torch.tensor(QUIZZES[i], dtype=torch.float32), torch.tensor(FINALS[i], dtype=torch.float32)
