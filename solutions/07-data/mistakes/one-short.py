"""Four students."""

import torch
from torch.utils.data import Dataset

CAUGHT_BY = ("five_students", "a_data_loader_makes_batches")
HINT = "One student is missing. Does __len__ return the last index, or how many there are?"


class ExamDataset(Dataset):
    def __len__(self):
        return len(QUIZZES) - 1

    def __getitem__(self, i):
        return torch.tensor(QUIZZES[i], dtype=torch.float32), torch.tensor(FINALS[i], dtype=torch.float32)
