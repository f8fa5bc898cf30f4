"""Finals in the order of the points."""

import torch
from torch.utils.data import Dataset

CAUGHT_BY = ("students_one_by_one", "pairs_stay_together")
HINT = "The quizzes are right, the finals belong to others: x and y must take the same row. In which order are yours?"


class ExamDataset(Dataset):
    def __len__(self):
        return len(QUIZZES)

    def __getitem__(self, i):
        return torch.tensor(QUIZZES[i], dtype=torch.float32), torch.tensor(sorted(FINALS)[i], dtype=torch.float32)
