"""Tries the system calls that escapes are made of."""

THREAT = "E5"
VERDICTS = {}
HARMFUL = True

import ctypes
import platform
import numpy as np


def breach(what):
    print("BREACH" + ":", what, flush=True)


libc = ctypes.CDLL(None, use_errno=True)
NEWUSER, NEWNS = 0x10000000, 0x20000
CALLS = {  # arguments that do nothing where the call is allowed: what comes back tells whether it was looked at
    "unshare of a user namespace": (272, NEWUSER),
    "unshare of mounts": (272, NEWNS),
    "mount": (165, None, None, None, 0, None),
    "umount2": (166, None, 0),
    "chroot": (161, None),
    "pivot_root": (155, None, None),
    "setns": (308, -1, 0),
    "ptrace": (101, 0x4206, -1, 0, 0),
    "bpf": (321, 0, None, 0),
    "perf_event_open": (298, None, 0, -1, -1, 0),
    "userfaultfd": (323, 0x7FFFFFFF),
    "io_uring_setup": (425, 0, None),
    "keyctl": (250, -1, 0, 0, 0, 0),
    "add_key": (248, None, None, None, 0, 0),
    "process_vm_readv": (310, -1, None, 0, None, 0, 0),
    "name_to_handle_at": (303, -100, None, None, None, 0),
    "open_by_handle_at": (304, -1, None, 0),
    "init_module": (175, None, 0, None),
    "finit_module": (313, -1, None, 0),
    "personality": (135, 0xFFFFFFFF),
    "syslog": (103, 10, None, 0),
    "acct": (163, 1),
    "quotactl": (179, 0, None, 0, None),
    "iopl": (172, 0),
    "modify_ldt": (154, 0, None, 0),
    "fanotify_init": (300, 0, 0),
    "inotify_init": (253,),
    "pidfd_open": (434, -1, 0),
    "pidfd_getfd": (438, -1, 0, 0),
    "memfd_create": (319, None, 0),
    "memfd_secret": (447, 0xFFFF),
    "fsopen": (430, None, 0),
    "open_tree": (428, -1, None, 0),
    "move_mount": (429, -1, None, -1, None, 0),
    "mount_setattr": (442, -1, None, 0, None, 0),
    "landlock_create_ruleset": (444, None, 0, 1),
    "seccomp": (317, 2, 0, None),
    "prctl": (157, 4, 1, 0, 0, 0),
    "setuid": (105, 0),
    "setgid": (106, 0),
    "setgroups": (116, 0, None),
    "capset": (126, None, None),
    "setpriority": (141, 0, 0, 0),
    "sched_setscheduler": (144, -1, 0, None),
    "mlock": (149, None, 0),
    "vmsplice": (278, -1, None, 0, 0),
    "splice": (275, -1, None, -1, None, 0, 0),
    "mknod": (133, None, 0, 0),
    "execve": (59, None, None, None),
    "execveat": (322, -1, None, None, None, 0),
    "fork": (57,),
    "kill": (62, 1 << 22, 0),
    "shmget": (29, 0, 0, 0),
    "sethostname": (170, None, -1),
    "clock_adjtime": (305, 0, None),
    "kcmp": (312, -1, -1, 0, 0, 0),
    "process_madvise": (440, -1, None, 0, 0, 0),
    "socket": (41, 1, 1, 0),
    "socketpair": (53, 1, 1, 0, None),
}
REFUSED = (1, 38)  # EPERM, ENOSYS
# Python's own mapping of an integer to a C int would cut these
for name, (number, *arguments) in CALLS.items() if platform.machine() == "x86_64" else ():
    if number == 57:
        continue  # tried by the fork bomb
    ctypes.set_errno(0)
    if libc.syscall(number, *arguments) != -1 or ctypes.get_errno() not in REFUSED:
        breach(f"{name}: {ctypes.get_errno()}")


def double(x):
    return 2 * x


def total(x):
    return float(np.sum(x))


class Counter:
    def __init__(self):
        self.value = 0

    def add(self, n):
        self.value += n
        return self.value
