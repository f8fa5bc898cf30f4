"""두 배와 합계: 한국어로 쓴 과제."""

import numpy as np

# 두 배로 만드는 함수와 모두 더하는 함수


def 두배(배열):
    print("두 배를 계산합니다 😀")
    return 2 * 배열


double = 두배


def total(x):
    합계 = 0.0
    for 값 in np.ravel(x):
        합계 += float(값)
    return 합계


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
