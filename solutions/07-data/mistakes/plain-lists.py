"""Lists instead of tensors."""

from torch.utils.data import Dataset

CAUGHT_BY = ("students_one_by_one",)
HINT = (
    "You return lists of numbers, not tensors. A DataLoader would even stack them, into something else: what "
    "makes a tensor of a list?"
)


class ExamDataset(Dataset):
    def __len__(self):
        return len(QUIZZES)

    def __getitem__(self, i):
        return QUIZZES[i], FINALS[i]
