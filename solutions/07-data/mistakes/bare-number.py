"""y without an axis."""

import torch
from torch.utils.data import Dataset

CAUGHT_BY = ("students_one_by_one", "a_data_loader_makes_batches")
HINT = "y has no axis, so a batch of them is (B,), and (B, 1) - (B,) is B x B, silently. Which shape was asked for?"


class ExamDataset(Dataset):
    def __len__(self):
        return len(QUIZZES)

    def __getitem__(self, i):
        return torch.tensor(QUIZZES[i], dtype=torch.float32), torch.tensor(FINALS[i][0], dtype=torch.float32)
