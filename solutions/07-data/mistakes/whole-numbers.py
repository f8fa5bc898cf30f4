"""Tensors of integers."""

import torch
from torch.utils.data import Dataset

CAUGHT_BY = ("students_one_by_one", "a_data_loader_makes_batches")
HINT = (
    "Your tensors hold whole numbers, and a layer with float32 weights cannot multiply them. Which dtype does "
    "torch.tensor choose for a list of ints?"
)


class ExamDataset(Dataset):
    def __len__(self):
        return len(QUIZZES)

    def __getitem__(self, i):
        return torch.tensor(QUIZZES[i]), torch.tensor(FINALS[i])
