"""The attempts of the self-test, as a submission whose functions make them and return what became of them.

Each returns "done" or the name of the exception. Nothing here changes what was not made for it, so that a machine
without layers comes to no harm.
"""

from __future__ import annotations

PROBE = b"""
import os, sys, time

def attempt(action):
    try:
        action()
    except MemoryError:
        return "MemoryError"
    except (OSError, ValueError) as exc:
        return type(exc).__name__
    return "done"

def look_at(path):
    return [attempt(lambda: os.stat(path)), attempt(lambda: open(path).close())]

def identity():
    return [os.getpid(), os.getppid()]

def leave_mark(name):
    setattr(sys, name, True)

def list_root():
    return attempt(lambda: os.listdir("/"))

def connect(port):
    import socket
    def go():
        with socket.socket() as connection:  # create_connection would import the tables of international names
            connection.settimeout(1)
            connection.connect(("127.0.0.1", port))
    return attempt(go)

def start_processes():
    def fork():
        if os.fork() == 0:
            os._exit(0)
    return [attempt(fork), attempt(lambda: os.execv("/bin/true", ["true"]))]

def privileges():
    with open("/proc/self/status") as file:
        lines = dict(line.split(":", 1) for line in file if ":" in line)
    return {key: lines[key].strip() for key in lines if key.startswith(("Cap", "NoNewPrivs", "Seccomp"))}

def outgrow(mib):
    import resource
    def allocate():
        bytearray((mib + 64) * 2**20)
    def raise_limit():
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard + 1, hard + 1))
    return [attempt(allocate), attempt(raise_limit)]

def reserve(mib):
    import mmap
    without_reserve = 0x4000  # asm-generic/mman.h: only limits of a process count, not what the machine has
    flags = mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | without_reserve
    return attempt(lambda: mmap.mmap(-1, max(1, mib) * 2**20, flags=flags).close())

def surroundings():
    fds = [fd for fd in range(256) if attempt(lambda: os.fstat(fd)) == "done"]
    return [sorted(os.environ), [*sys.argv, *sys.orig_argv], fds]

def opened(fds):
    return [os.readlink(f"/proc/self/fd/{fd}") for fd in fds]

def compute_on_gpu():
    import torch
    ones = torch.ones(64, 64, device="cuda")
    return float((ones @ ones)[0, 0].cpu())

def open_devices(paths):
    return [attempt(lambda: os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))) for path in paths]

def command_line():
    try:
        with open("/proc/self/cmdline", "rb") as file:
            return file.read().strip(b"\\0").decode()
    except OSError:
        return ""

def own_user():
    return os.getuid()

def change(path):
    # Modes and times are looked at from outside.
    attempt(lambda: os.chmod(path, 0o640))
    attempt(lambda: os.utime(path, (0, 0)))
    def create():
        open(path + ".new", "x").close()
    def overwrite():
        open(path, "r+b").close()
    return [attempt(each) for each in (
        lambda: open(path).close(), lambda: os.listdir(os.path.dirname(path)), create, overwrite,
        lambda: os.truncate(path, 0), lambda: os.rename(path, path + ".moved"), lambda: os.unlink(path),
    )]

def look_at_process(pid):
    found = [attempt(lambda: open(f"/proc/{pid}/{name}", "rb").close()) for name in ("environ", "cmdline", "mem")]
    asked = (os.getpgid, os.getsid, lambda pid: os.getpriority(os.PRIO_PROCESS, pid))
    found += [attempt(lambda: ask(pid)) for ask in asked]
    return [*found, attempt(lambda: time.clock_gettime(~pid << 3 | 2))]  # clock_getcpuclockid(3)

def disturb(pid):
    import ctypes, resource
    libc = ctypes.CDLL(None, use_errno=True)
    def called(*arguments):
        if libc.syscall(*arguments) < 0:
            raise OSError(ctypes.get_errno(), "")
    ptrace, vm_readv = (101, 310) if os.uname().machine == "x86_64" else (117, 270)
    return [attempt(each) for each in (
        lambda: os.kill(pid, 0), lambda: os.close(os.pidfd_open(pid)),
        lambda: resource.prlimit(pid, resource.RLIMIT_CPU), lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
        lambda: called(ptrace, 0x4206, pid, 0, 0),
        lambda: called(vm_readv, pid, 0, 0, 0, 0, 0),
    )]

def start_others():
    return start_processes() + [attempt(lambda: os.posix_spawn("/bin/true", ["true"], {}))]

def connections(port):
    import socket
    kinds = [(socket.AF_INET, socket.SOCK_DGRAM), (socket.AF_UNIX, socket.SOCK_STREAM)]
    kinds.append((socket.AF_NETLINK, socket.SOCK_RAW))
    return [connect(port), *(attempt(lambda: socket.socket(*kind).close()) for kind in kinds)]

def share(name):
    import ctypes, fcntl
    libc = ctypes.CDLL(None, use_errno=True)
    def called(function, *arguments):
        if function(*arguments) < 0:
            raise OSError(ctypes.get_errno(), "")
    def lock(kind):
        with open("/dev/null") as file:
            kind(file, fcntl.LOCK_SH)
    return [attempt(each) for each in (
        lambda: os.close(os.memfd_create("probe")), lambda: called(libc.shmget, 0, 4096, 0o1600),
        lambda: called(libc.msgget, 0, 0o1600), lambda: called(libc.mq_open, name.encode(), 64, 0o600, None),
        lambda: lock(fcntl.flock), lambda: lock(fcntl.lockf),
    )]

def leave(paths):
    for path in paths:
        attempt(lambda: open(path, "x").close())
    return os.listdir(".")

def too_many_threads(count):
    import threading, time
    threading.stack_size(1 << 16)
    end = threading.Event()
    threads = [threading.Thread(target=end.wait, daemon=True) for _ in range(count)]
    try:
        for thread in threads:
            thread.start()
    except RuntimeError:
        return "refused"
    finally:
        end.set() if not threads[-1].is_alive() else None
    time.sleep(2)
    return "done"

def too_many_bytes(mib):
    import time
    def write():
        for number in range(mib):
            with open(f"{number}", "wb") as file:
                file.write(bytes(2**20))
    failed = attempt(write)
    if failed == "done":
        time.sleep(2)
    return failed

def scratch():
    def write():
        with open("probe", "w") as file:
            file.write("x")
    size = os.statvfs(".")
    return [attempt(write), os.listdir("."), size.f_blocks * size.f_frsize // 2**20]
"""
