"""The length is the number of quizzes."""

CAUGHT_BY = ("five_students",)
HINT = "You count the quizzes of one student. How many students are in the data set?"


class ExamDataset(ExamDataset):
    def __len__(self):
        return len(QUIZZES[0])
