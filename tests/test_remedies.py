"""What a worker or an older Python lacks: it works in another way, or the message says what to do instead."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from conftest import Connect, Load, Submitted, submitted

from autograder.messages import say
from autograder.student import remedies
from autograder.student.faults import StudentFault, StudentRaised
from autograder.workers.supervisor import Supervisor

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems have no filter of system calls")

PROCESSES = "There are no other processes while grading."
NETWORK = "There is no network while grading."
LACKING = {
    "fork": ("os.fork()", PROCESSES),
    "exec": ("os.execv('/bin/ls', ['ls'])", PROCESSES),
    "spawn": ("os.spawnl(os.P_WAIT, '/bin/ls', 'ls')", PROCESSES),
    "kill": ("os.kill(1, 9)", PROCESSES),
    "popen": ("os.popen('ls')", PROCESSES),
    "subprocess": ("import subprocess; subprocess.run(['ls'])", PROCESSES),
    "process": ("import multiprocessing as mp; mp.Process(target=int).start()", PROCESSES),
    "spawned process": ("import multiprocessing as mp; mp.get_context('spawn').Process(target=int).start()", PROCESSES),
    "queue": ("import multiprocessing as mp; mp.Queue()", PROCESSES),
    "lock": ("import multiprocessing as mp; mp.Lock()", PROCESSES),
    "pool": ("from multiprocessing import Pool; Pool(2)", PROCESSES),
    "shared memory": ("from multiprocessing import shared_memory as s; s.SharedMemory(create=True, size=8)", PROCESSES),
    "executor": ("from concurrent.futures import ProcessPoolExecutor as P; list(P().map(abs, [1]))", PROCESSES),
    "asyncio": ("import asyncio; asyncio.run(asyncio.sleep(0))", "asyncio does not work while grading."),
    "socket": ("import socket; socket.socket()", NETWORK),
    "host": ("import socket; socket.create_connection(('example.com', 80))", NETWORK),
    "url": ("import urllib.request as r; r.urlopen('http://example.com')", NETWORK),
    "address": ("import urllib.request as r; r.urlopen('http://192.0.2.1')", NETWORK),
    "nice": ("os.nice(1)", "Grading does not allow this operation"),
    "lock on a file": ("import fcntl; fcntl.lockf(open('x', 'w'), fcntl.LOCK_EX)", "no locks on files"),
    "threads": ("import threading as t; [t.Thread(target=time.sleep, args=(9,)).start() for _ in range(99)]",
                "at most 64 threads"),
    "locale": ("import locale; locale.setlocale(locale.LC_ALL, 'xx_XX')", "Only the default locale"),
    "account": ("import pwd; pwd.getpwuid(99_999)", "There is no user account"),
    "account by name": ("import pwd; pwd.getpwnam('kim')", "There is no user account"),
    "new file elsewhere": ("open('/etc/x', 'w')", "can use files only in the current folder"),
    "file elsewhere": ("open('/data/kim.csv')", "can use files only in the current folder"),
    "file of Windows": ("open(r'C:\\Users\\kim\\data.csv')", "can use files only in the current folder"),
    "data base": ("import sqlite3; sqlite3.connect('x.db').execute('create table a(b)')", "no locks on files"),
}  # fmt: skip
WORKING = {
    "locale": ("import locale; return [locale.setlocale(locale.LC_ALL, ''), locale.getpreferredencoding().lower()]",
               ["C.UTF-8", "utf-8"]),
    "text": ("open('x', 'w').write('한국어'); return open('x').read()", "한국어"),
    "date": ("return time.strftime('%Y년', time.gmtime(0))", "1970년"),
    "user": ("import getpass; return getpass.getuser()", "student"),
    "threads": ("from concurrent.futures import ThreadPoolExecutor as T; return list(T(3).map(abs, [-1, 2]))", [1, 2]),
    "temporary file": ("import tempfile; return tempfile.TemporaryFile().write(b'x')", 1),
    "copies": ("import shutil; open('a', 'w').close(); shutil.copy2('a', 'b'); shutil.copytree('.', 'c'); "
               "return os.path.isfile('c/b')", True),
    "pipe": ("a, b = os.pipe(); os.write(b, b'x'); return len(os.read(a, 9))", 1),
    "events": ("import selectors; return len(selectors.DefaultSelector().get_map())", 0),
}  # fmt: skip


def function_of(body: str) -> str:
    return f"import os, sys, time\ndef f():\n    {body}\n"


def message_of(load: Load, body: str) -> str:
    with pytest.raises(StudentRaised) as raised:
        load(function_of(body)).f()
    return raised.value.message


@linux
@pytest.mark.parametrize("name", LACKING)
def test_what_is_lacking_comes_with_its_remedy(load: Load, name: str) -> None:
    body, remedy = LACKING[name]
    assert remedy in message_of(load, body)


@linux
def test_a_note_on_the_import_names_the_remedy(connect: Connect) -> None:
    submission = connect("import os\nos.fork()\ndef f(): return 1\n")
    assert submission.student.f() == 1
    assert submission.connection.notes() == (
        "answer.py, line 2 raised PermissionError: [Errno 1] Operation not permitted. This line was skipped; the code "
        "after it ran. There are no other processes while grading. Do the work in your own function, or in threads "
        "(concurrent.futures.ThreadPoolExecutor).",
    )


@linux
@pytest.mark.parametrize("body", ["mp.spawn(int)", "mp.Queue()", "mp.Process(target=int).start()"])
def test_processes_of_torch_come_with_the_same_remedy(connect: Connect, body: str) -> None:
    with pytest.raises(StudentRaised) as raised:
        connect(f"import torch.multiprocessing as mp\ndef f():\n    {body}\n", torch=True).student.f()
    assert PROCESSES in raised.value.message


@linux
def test_a_landlocked_folder_comes_with_the_remedy_too() -> None:
    """Where namespaces are refused, other files are there and cannot be read."""
    with Supervisor(enclosed=False) as supervisor:
        submission = submitted({"answer": function_of(f"open({__file__!r})").encode()}, supervisor)
        with pytest.raises(StudentRaised, match="can use files only in the current folder"):
            submission.student.f()
        submission.close()


def test_an_exception_that_explains_itself_has_no_remedy(load: Load) -> None:
    assert message_of(load, "open('data/x.csv')").endswith("'data/x.csv' (answer.py, line 3)")
    assert message_of(load, "raise PermissionError('no')").endswith("PermissionError: no (answer.py, line 3)")


# --- tensors on two devices


# The "meta" device has no data and is on every machine, so it stands for a GPU. The line that errs is named.
DEVICES = {
    "mixed": ("torch.cat([x, torch.ones(2, 3, device='meta')])", "This line uses tensors on two devices together."),
    "loss": (
        "F.cross_entropy(x, torch.tensor([1, 2], device='meta'))",
        "This line uses tensors on two devices together.",
    ),
    "model": ("nn.Linear(3, 2).cuda()(x)", "This run has no GPU."),
    "tensor": ("torch.ones(2, device='cuda') + x", "This run has no GPU."),
    "moved": ("x.to('cuda:0')", "This run has no GPU."),
    "no data": ("torch.ones(2, device='meta').tolist()", "Cannot copy out of meta tensor; no data!"),
    # PyTorch raises NotImplementedError here, too, although no function is a stub.
    "dtype": ("x.long().softmax(0)", "not implemented for 'Long'"),
    "no forward": ("nn.Module()(x)", 'Module [Module] is missing the required "forward" function'),
}


@pytest.fixture(scope="module")
def on_devices(supervisor: Supervisor) -> Iterator[Submitted]:
    lines = "".join(f"def f{i}(x):\n    return {line}\n\n" for i, (line, _) in enumerate(DEVICES.values()))
    source = f"import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n{lines}"
    made = submitted({"answer": source.encode()}, supervisor, torch=True)
    yield made
    made.close()


@pytest.mark.parametrize("name", DEVICES)
def test_a_line_that_mixes_devices_or_asks_for_a_gpu_is_named(name: str, on_devices: Submitted) -> None:
    torch = pytest.importorskip("torch")
    number = list(DEVICES).index(name)
    with pytest.raises(StudentRaised) as raised:
        getattr(on_devices.begin(name), f"f{number}")(torch.ones(2, 3))
    assert DEVICES[name][1] in raised.value.message
    assert f"(answer.py, line {6 + 3 * number})" in raised.value.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu!", "devices"),
        ("Expected all tensors to be on the same device, but got mat2 is on cpu, others on cuda:0",
         "devices"),
        ("Input type (torch.FloatTensor) and weight type (torch.cuda.FloatTensor) should be the same", "devices"),
        ("indices should be either on cpu or on the same device as the indexed tensor (cpu)", "devices"),
        ("Expected a 'cuda' device type for generator but found 'cpu'", "devices"),
        ("Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU", "no-gpu"),
        ("No CUDA GPUs are available", "no-gpu"),
        ("Input type (double) and bias type (float) should be the same", ""),
    ],
)  # fmt: skip
def test_what_pytorch_says_about_devices_is_recognised(text: str, expected: str) -> None:
    """Its sentences on a GPU, from its sources (2.11): no GPU was here to say them."""
    found = remedies.remedy(text, bases=["RuntimeError"], through=[], line="", tasks=64)
    assert found == (say(f"remedy.{expected}") if expected else "")


@pytest.fixture(scope="module", params=[False, True], ids=["zygote", "portable"])
def either(request: pytest.FixtureRequest) -> Iterator[Supervisor]:
    """Both kinds of worker."""
    with Supervisor(portable=True) if request.param else Supervisor() as supervisor:
        yield supervisor


@pytest.fixture
def run(either: Supervisor) -> Iterator[Submitted]:
    bodies = "".join(f"def f{i}():\n    {body}\n" for i, (body, _) in enumerate(WORKING.values()))
    made = submitted({"answer": f"import os, sys, time\n{bodies}".encode()}, either)
    yield made
    made.close()


@linux
def test_what_can_work_works(run: Submitted) -> None:
    found = {name: getattr(run.student, f"f{i}")() for i, name in enumerate(WORKING)}
    assert found == {name: wanted for name, (_, wanted) in WORKING.items()}


def test_korean_is_printed(connect: Connect) -> None:
    submission = connect("import locale\ndef f():\n    locale.setlocale(locale.LC_ALL, '')\n    print('정확도')\n")
    submission.student.f()
    assert submission.finish().output == "정확도\n"


# --- another version of Python


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads the lines")
@pytest.mark.parametrize("portable", [False, True])
def test_a_line_for_a_newer_python_is_told_with_both_versions(portable: bool) -> None:
    source = 'import os\nlog = {}\n\ndef f(): pass\nprint(f"{log["loss"]}")\n'
    with Supervisor(portable=True) if portable else Supervisor() as supervisor:
        submission = submitted({"answer": source.encode()}, supervisor)
        with pytest.raises(StudentFault) as fault:
            submission.student.f()
        submission.close()
    assert fault.value.message == (
        "answer.py, line 5: Grading uses Python 3.11; this line needs Python 3.12 or newer. "
        "Inside the braces of an f-string, use other quotes than around it, no backslash and no comment."
    )


def test_a_line_that_no_python_reads_is_told_as_before(connect: Connect) -> None:
    with pytest.raises(StudentFault) as fault:
        connect("x = 1 +\n").student.f()
    assert fault.value.message == "answer.py, line 1: Python cannot read this line: invalid syntax."


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python has the names")
@pytest.mark.parametrize("body", ["from itertools import batched", "import itertools; itertools.batched([1], 1)"])
def test_a_name_of_a_newer_library_is_told_with_both_versions(load: Load, body: str) -> None:
    assert message_of(load, body).endswith(
        "Grading uses Python 3.11; this name needs Python 3.12 or newer. Write the function yourself."
    )
