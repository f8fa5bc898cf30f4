"""Reports for the tests of rendering: one with every verdict, a hostile one, one that has not been started."""

from __future__ import annotations

from dataclasses import replace

from autograder.model import (
    Adjustment,
    Entries,
    GradedCase,
    GraderInfo,
    Measure,
    Mismatch,
    Report,
    SandboxInfo,
    Score,
    Stub,
    SubmissionInfo,
    Task,
    TraceLine,
    Verdict,
)

SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

TASKS = (
    Task("sigmoid", "The sigmoid of logits", 20.0),
    Task("bce_backward", "The slope of the loss", 30.0),
    Task("train", "Train until it separates", 30.0),
    Task("predict", "예측: classes from probabilities", 20.0),
)

NOT_ATTEMPTED = "predict is still the stub. Replace the line that raises NotImplementedError with your answer."

ENTRIES = Entries(
    got=(("-1.60445", "0.5"), ("12", "0")),
    want=(("-0.200557", "0.5"), ("1.5", "0")),
    wrong=((True, False), (True, False)),
    place="[2:4, 0:2]",
)

OUTCOMES = (
    GradedCase(
        "sigmoid_of_zero", "sigmoid", "The sigmoid of 0 is one half", 10.0, 10.0, Verdict.PASSED, True, seconds=0.01
    ),
    GradedCase(
        "sigmoid_keeps_shape",
        "sigmoid",
        "An answer has the shape of its argument",
        5.0,
        0.0,
        Verdict.FAILED,
        True,
        call="sigmoid(z)   z: float64 (3, 4)",
        mismatch=Mismatch("shape", "(12,)", "(3, 4)"),
        hint="flatten() forgets the shape. Is there anything that needs it?",
        output="z has shape (3, 4)\n안녕하세요, 시그모이드\n",
    ),
    GradedCase(
        "sigmoid_of_large_values",
        "sigmoid",
        "Large negative values do not overflow",
        5.0,
        0.0,
        Verdict.ERRORED,
        True,
        call="sigmoid(z)   z: float64 (2,)",
        message="sigmoid(z) raised FloatingPointError: overflow encountered in exp (logistic.py, line 12)",
        trace=(
            TraceLine("logistic.py", 20, "sigmoid", "return squash(z)"),
            TraceLine("helpers.py", 7, "", "table = list(map(exp, z))", skipped=3),
            TraceLine("logistic.py", 12, "squash", "return 1 / (1 + np.exp(-z))", note="z has the shape (2,)"),
        ),
    ),
    GradedCase(
        "gradient_matches_slope",
        "bce_backward",
        "The gradient is the slope of the loss",
        10.0,
        2.5,
        Verdict.FAILED,
        True,
        call="bce_backward(p, y)   p, y: float32 (8,), seed 0",
        mismatch=Mismatch("value", "-1.60445", "-0.200557", "[0]", "4 of 8 entries differ", ENTRIES),
        snippet="import numpy as np\nfrom logistic import bce_backward\n\np = np.array([0.8, 0.5])\n"
        "y = np.array([1.0, 0.0])\nprint(bce_backward(p, y))\n# got: [-1.25  2.  ]\n# want: [-0.625  1.   ]",
        source=TraceLine("test_visible.py", 33, "", "assert_close(gradient, np.array([-0.625, 1.0]))"),
        hint="yours is N times the gradient, everywhere. What does the mean in L do to its derivative?",
    ),
    GradedCase(
        "gradient_on_fresh_draws",
        "bce_backward",
        "The gradient is right on fresh draws",
        15.0,
        0.0,
        Verdict.FAILED,
        False,
        call="bce_backward(p, y)   p: [0.31, 0.77], y: [1, 0]",
        mismatch=Mismatch("value", "-3.22", "-1.61", where="[1]", share="2 of 2 entries differ"),
        hint="Yours is right for one row. What changes with several?",
        output="p=[0.31 0.77]\n",
        staff="case drew p from rng(7)",
    ),
    GradedCase(
        "gradient_leaves_arguments",
        "bce_backward",
        "The arguments are left alone",
        5.0,
        0.0,
        Verdict.SKIPPED,
        True,
        message="This case was not run, because it needs gradient_matches_slope to pass. Fix that first.",
    ),
    GradedCase(
        "training_ends",
        "train",
        "Training stops after the steps it was given",
        8.0,
        0.0,
        Verdict.TIMED_OUT,
        True,
        call="train(x, y, steps=100)",
        seconds=10.0,
        output="".join(f"step {n}: loss 0.693147\n" for n in range(500)),
        source=TraceLine("test_visible.py", 41, "", "costs = student.train(x, y, steps=100)"),
        message="train(x, y, steps=100) did not finish within 10 seconds. "
        "Look for a loop whose condition never becomes false.",
    ),
    GradedCase(
        "training_is_small",
        "train",
        "Training fits in memory",
        8.0,
        0.0,
        Verdict.OUT_OF_MEMORY,
        True,
        message="train(x, y) needed more memory than the 512 MiB allowed. "
        "Check the shapes of the arrays that it creates.",
    ),
    GradedCase(
        "training_survives",
        "train",
        "Training ends by returning",
        8.0,
        0.0,
        Verdict.CRASHED,
        False,
        call="train(x, y, 3)",
        message="The process of your code ended or broke in this hidden case. "
        "Remove calls of exit, quit and os._exit, and check what you pass to compiled code.",
        staff="train(x, y, 3) ended the whole program (exit status 1). Remove calls of exit, quit and os._exit.",
    ),
    GradedCase(
        "training_reaches_accuracy",
        "train",
        "Training reaches 90 %",
        6.0,
        0.0,
        Verdict.GRADER_ERROR,
        False,
        message="This case failed because of an error in the grader. It costs no points.",
        staff="Traceback (most recent call last):\n"
        "  File \"test_hidden.py\", line 41, in test_training\nKeyError: 'bands'",
    ),
    GradedCase(
        "classes_are_integers",
        "predict",
        "예측한 클래스는 정수입니다",
        12.0,
        0.0,
        Verdict.NOT_ATTEMPTED,
        True,
        message=NOT_ATTEMPTED,
    ),
    GradedCase(
        "half_is_one",
        "predict",
        "A probability of one half counts as 1",
        8.0,
        0.0,
        Verdict.NOT_ATTEMPTED,
        True,
        message=NOT_ATTEMPTED,
    ),
)

EVERY_VERDICT = Report(
    assignment="05-logistic",
    title="Logistic regression, 로지스틱 회귀",
    tasks=TASKS,
    submission=SubmissionInfo("김민준 (student07)", SHA256, "2026-03-02T23:59:59+09:00", attempt=2),
    score=Score(10.5, 94.0, (Adjustment(-2.0, "one day late"),)),
    outcomes=OUTCOMES,
    sandbox=SandboxInfo(True, ("user namespace", "mount view", "no network", "seccomp", "limits")),
    grader=GraderInfo("0.1.0", 7, "cpu", "mnist"),
    official=True,
    complete=False,
    notes=("logistic_final(2).py was graded as logistic.py, the name that the assignment asks for.",),
    graded_at="2026-03-03T04:05:06+00:00",
)

KOREAN_TASKS = (
    Task("sigmoid", "로짓의 시그모이드", 20.0),
    Task("bce_backward", "손실의 기울기", 30.0),
    Task("train", "두 클래스가 나뉠 때까지 훈련하기", 30.0),
    Task("predict", "확률에서 클래스 예측하기", 20.0),
)

SLOPE = "모든 곳에서 기울기의 N배입니다. L의 평균은 미분에 어떤 영향을 줍니까?"

# title, message, hint of each of OUTCOMES
KOREAN_TEXTS = (
    ("0의 시그모이드는 1/2입니다.", "", ""),
    ("결과는 인자와 같은 형태입니다.", "", "flatten()은 형태를 잊습니다. 형태가 필요한 곳이 있습니까?"),
    (
        "절댓값이 큰 음수에서도 오버플로가 생기지 않습니다.",
        "sigmoid(z): FloatingPointError 예외가 발생했습니다: overflow encountered in exp (logistic.py, 12번째 줄)",
        "",
    ),
    ("계산한 기울기는 손실의 변화율과 같습니다.", "", SLOPE),
    ("새로 뽑은 입력에서도 기울기가 맞습니다.", "", "행이 하나일 때는 맞습니다. 여러 개이면 무엇이 달라집니까?"),
    (
        "인자는 그대로 남습니다.",
        "먼저 통과해야 하는 케이스를 통과하지 못해 실행하지 않았습니다: gradient_matches_slope. 그것부터 고치십시오.",
        "",
    ),
    (
        "훈련은 주어진 단계 수만큼만 합니다.",
        "train(x, y, steps=100): 10초 안에 끝나지 않았습니다. "
        "조건이 영영 거짓이 되지 않는 반복문이 있는지 살펴보십시오.",
        "",
    ),
    (
        "훈련은 메모리 안에서 끝납니다.",
        "train(x, y): 허용된 512 MiB보다 많은 메모리가 필요했습니다. 코드가 만드는 배열의 형태를 살펴보십시오.",
        "",
    ),
    (
        "훈련은 값을 반환하며 끝납니다.",
        "이 비공개 케이스에서 코드의 프로세스가 끝나거나 비정상 종료되었습니다. exit, quit, os._exit 호출을 지우고, "
        "컴파일된 코드에 넘겨준 값을 확인하십시오.",
        "",
    ),
    (
        "훈련으로 90 %에 이릅니다.",
        "채점기 오류로 이 케이스를 채점하지 못했습니다. 점수는 깎이지 않습니다.",
        "",
    ),
    (
        "예측한 클래스는 정수입니다.",
        "predict: 아직 뼈대 코드 그대로입니다. NotImplementedError 줄을 지우고 그 자리에 답을 작성하십시오.",
        "",
    ),
    (
        "확률이 1/2이면 클래스는 1입니다.",
        "predict: 아직 뼈대 코드 그대로입니다. NotImplementedError 줄을 지우고 그 자리에 답을 작성하십시오.",
        "",
    ),
)


def korean() -> Report:
    """Grade what EVERY_VERDICT holds in Korean."""
    outcomes = tuple(
        replace(case, title=title, message=message, hint=hint)
        for case, (title, message, hint) in zip(OUTCOMES, KOREAN_TEXTS, strict=True)
    )
    shares = {"4 of 8 entries differ": "원소 8개 중 4개 다름", "2 of 2 entries differ": "원소 2개 중 2개 다름", "": ""}
    outcomes = tuple(
        replace(case, mismatch=replace(case.mismatch, share=shares[case.mismatch.share])) if case.mismatch else case
        for case in outcomes
    )
    return replace(
        EVERY_VERDICT,
        title="로지스틱 회귀",
        tasks=KOREAN_TASKS,
        outcomes=outcomes,
        notes=("logistic_final(2).py: 과제에서 요구한 이름으로 채점했습니다: logistic.py.",),
        score=replace(EVERY_VERDICT.score, adjustments=(Adjustment(-2.0, "하루 늦게 제출함"),)),
        language="ko",
    )


# What a hostile submission writes into everything that it can reach.
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>"
ANSI = "\x1b[2J\x1b[31mPASSED\x1b]0;title\x07\x9b1m"
BIDI = "\u202egnp.exe\u2066\u200f"
RICH = "[bold red]rich[/] [link=http://evil.example]x[/link] :smiley:"
FORGED = "\nTotal  100 of 100 points\rPASSED\u2028PASSED"
NASTY = f"{MARKUP} {ANSI} {BIDI} {RICH}{FORGED}\x00\udc80{{{{ 7 * 7 }}}}"


def hostile() -> Report:
    """Put NASTY into every text of a report that a submission, or the name it came under, may have shaped."""
    case = replace(
        OUTCOMES[1],
        title=NASTY,
        message=NASTY,
        hint=NASTY,
        call=NASTY,
        output=NASTY,
        staff=NASTY,
        mismatch=Mismatch("value", NASTY, NASTY, NASTY, NASTY, Entries(((NASTY,),), ((NASTY,),), ((True,),), NASTY)),
        snippet=NASTY,
        source=TraceLine(NASTY, 3, "", NASTY),
        measure=Measure(NASTY, 1.5, NASTY),
        trace=(TraceLine(NASTY, 3, NASTY, NASTY, note=NASTY),),
    )
    submission = SubmissionInfo("../../etc/" + NASTY, SHA256, NASTY)
    return replace(EVERY_VERDICT, title=NASTY, submission=submission, outcomes=(case,), notes=(NASTY,), complete=True)


SPEED = Measure("speed ratio", 143.27, "×")
LOSS = Measure("loss", 0.0832, smaller_is_better=True)


def raced(student: str | None, ratio: float, loss: float, verdict: Verdict = Verdict.PASSED) -> Report:
    """Measure the speed in one case, which ends like this, and the loss in another one, which passes."""
    speed = replace(OUTCOMES[0], verdict=verdict, measure=replace(SPEED, value=ratio))
    trained = replace(OUTCOMES[4], verdict=Verdict.PASSED, measure=replace(LOSS, value=loss))
    submission = SubmissionInfo(student, SHA256)
    return replace(all_passed(), submission=submission, outcomes=(speed, trained))


def race() -> list[Report]:
    """Measure a class: a tie that four digits cannot tell, one that is fast and fails, names that are wide."""
    return [
        raced("student01", 98.204, 0.0941),
        raced("student02", 98.2, 0.105),
        raced("제갈공명", 12345.6, 0.0832),
        raced("student04", 14_000.0, 0.5, Verdict.FAILED),
        raced("남궁서연", 20.0, 0.0832),
        raced("田中さくら", 7.0, 0.25),
    ]


def practice() -> Report:
    """Take the visible cases only, on a machine without the whole sandbox: what ``make grade`` shows at home."""
    visible = tuple(case for case in OUTCOMES if case.visible)
    score = Score(sum(case.earned for case in visible), sum(case.points for case in visible))
    return replace(
        EVERY_VERDICT,
        submission=SubmissionInfo(None, SHA256),
        score=score,
        outcomes=visible,
        official=False,
        complete=True,
        notes=(),
        sandbox=SandboxInfo(False, ("limits",), ("user namespace", "seccomp")),
        stubs=(Stub("predict", "logistic.py", 31),),
    )


def explained() -> Report:
    """Fail for known reasons: one mistake in several cases, and a task that uses a wrong one."""
    slope = replace(OUTCOMES[3], earned=0.0, named=True)
    columns = replace(slope, case="gradient_of_two_columns", title="The mean runs over all entries.", points=5.0)
    uses = "Your train uses bce_backward, which fails as well. Fix bce_backward first."
    ends = replace(OUTCOMES[6], hint=uses, because="bce_backward")
    survives = replace(OUTCOMES[8], hint=uses, because="bce_backward")
    hidden = replace(OUTCOMES[4], hint=slope.hint, named=True)
    outcomes = (OUTCOMES[0], slope, columns, hidden, ends, survives)
    score = Score(sum(case.earned for case in outcomes), sum(case.points for case in outcomes))
    return replace(EVERY_VERDICT, outcomes=outcomes, score=score, complete=True, notes=())


def all_passed() -> Report:
    """Earn everything."""
    passed = tuple(
        replace(
            case, verdict=Verdict.PASSED, earned=case.points, message="", hint="", mismatch=None, output="", staff=""
        )
        for case in OUTCOMES
    )
    return replace(EVERY_VERDICT, outcomes=passed, score=Score(100.0, 100.0), complete=True, notes=())


def untouched(slug: str = "01-dog-wolf") -> Report:
    """Start from the stub: nothing is attempted yet."""
    stubs = tuple(
        replace(
            case,
            verdict=Verdict.NOT_ATTEMPTED,
            earned=0.0,
            message=f"{case.task} is still the stub.",
            hint="",
            mismatch=None,
            output="",
            call="",
        )
        for case in practice().outcomes
    )
    return replace(practice(), assignment=slug, title="Dog or wolf", outcomes=stubs, score=Score(0.0, 62.0))
