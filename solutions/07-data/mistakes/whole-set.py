"""All students at once."""

import torch
from torch.utils.data import Dataset

CAUGHT_BY = ("students_one_by_one",)
HINT = "You return all students, whichever was asked for. What is i there for?"


class ExamDataset(Dataset):
    def __len__(self):
        return len(QUIZZES)

    def __getitem__(self, i):
        return torch.tensor(QUIZZES, dtype=torch.float32), torch.tensor(FINALS, dtype=torch.float32)
