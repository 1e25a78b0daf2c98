"""A filter that refuses system calls which ordinary programs don't need and attacks do.

They reach into the kernel's rarely used parts: keys of the session, programs run inside
the kernel, tracing of performance, memory faults handled in user space, mounts, clocks,
modules. A refused call fails with EPERM, as it does in containers; a call of another
architecture's numbering, which the list can't judge, ends the process. Of the families of sockets
there are the usual ones only: some of the others, such as a virtual machine's way to its host,
lead past the namespace of the network.

The filter is a classic BPF program (linux/filter.h, linux/seccomp.h), or the same in the words
that container engines take, for x86-64 and 64-bit ARM; on others there is none, and the other
walls stand alone.
"""

from __future__ import annotations

import json
import struct
from typing import Any

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
"""Where they are in struct seccomp_data; of the argument, the lower half on these machines."""
_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
"""What a refused call fails with, one that isn't known, one for a family that isn't."""
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_X32 = 0x40000000
"""From here on, numbers on x86-64 are of the x32 way of calling."""
_NEW_NAMESPACES = 0x7E020000
"""The flags of clone() that make namespaces: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""
_CLONE3 = 435
"""Its flags are in memory, where a filter can't look; programs then use clone()."""

_FAMILIES = (1, 2, 10, 16)
"""AF_UNIX, AF_INET, AF_INET6, AF_NETLINK."""

_X86_64 = {
    "acct": 163, "add_key": 248, "bpf": 321, "clock_settime": 227, "delete_module": 176, "finit_module": 313,
    "fsconfig": 431, "fsmount": 432, "fsopen": 430, "fspick": 433, "init_module": 175, "io_uring_enter": 426,
    "io_uring_register": 427, "io_uring_setup": 425, "ioperm": 173, "iopl": 172, "kexec_file_load": 320,
    "kexec_load": 246, "keyctl": 250, "lookup_dcookie": 212, "mount": 165, "mount_setattr": 442,
    "move_mount": 429, "open_by_handle_at": 304, "open_tree": 428, "perf_event_open": 298, "pivot_root": 155,
    "quotactl": 179, "reboot": 169, "request_key": 249, "setns": 308, "settimeofday": 164, "swapoff": 168,
    "swapon": 167, "syslog": 103, "umount2": 166, "unshare": 272, "userfaultfd": 323, "vhangup": 153,
}  # fmt: skip
_AARCH64 = {
    "acct": 89, "add_key": 217, "bpf": 280, "clock_settime": 112, "delete_module": 106, "finit_module": 273,
    "fsconfig": 431, "fsmount": 432, "fsopen": 430, "fspick": 433, "init_module": 105, "io_uring_enter": 426,
    "io_uring_register": 427, "io_uring_setup": 425, "kexec_file_load": 294, "kexec_load": 104, "keyctl": 219,
    "lookup_dcookie": 18, "mount": 40, "mount_setattr": 442, "move_mount": 429, "open_by_handle_at": 265,
    "open_tree": 428, "perf_event_open": 241, "pivot_root": 41, "quotactl": 60, "reboot": 142,
    "request_key": 218, "setns": 268, "settimeofday": 170, "swapoff": 225, "swapon": 224, "syslog": 116,
    "umount2": 39, "unshare": 97, "userfaultfd": 282, "vhangup": 58,
}  # fmt: skip
"""The kernel's tables: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h."""

_ARCHITECTURES = {"x86_64": (0xC000003E, _X86_64, 56, 41), "aarch64": (0xC00000B7, _AARCH64, 220, 198)}
"""By machine: its number (linux/audit.h), its table, and the numbers of clone() and socket()."""


def program(machine: str) -> bytes | None:
    """The filter for a machine as `platform.machine()` names it, None where there is none."""
    if machine not in _ARCHITECTURES:
        return None
    architecture, refused, clone, socket = _ARCHITECTURES[machine]
    numbers = sorted(refused.values())
    # What follows the comparisons: namespaces? which family? allow, refuse, unknown, no family.
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    look = len(lines) + (machine == "x86_64") + len(numbers) + 3
    family = look + 2
    allow = family + 1 + len(_FAMILIES)
    refuse, unknown, no_family = allow + 1, allow + 2, allow + 3

    def to(place: int) -> int:
        return place - len(lines) - 1

    if machine == "x86_64":
        lines.append((_JUMP_AT_LEAST, to(refuse), 0, _X32))
    for number in numbers:
        lines.append((_JUMP_EQUAL, to(refuse), 0, number))
    lines.append((_JUMP_EQUAL, to(unknown), 0, _CLONE3))
    lines.append((_JUMP_EQUAL, to(family), 0, socket))
    lines.append((_JUMP_EQUAL, to(look), to(allow), clone))
    lines.append((_LOAD, 0, 0, _FIRST_ARGUMENT))
    lines.append((_JUMP_ANY_BIT, to(refuse), to(allow), _NEW_NAMESPACES))
    lines.append((_LOAD, 0, 0, _FIRST_ARGUMENT))
    for number in _FAMILIES[:-1]:
        lines.append((_JUMP_EQUAL, to(allow), 0, number))
    lines.append((_JUMP_EQUAL, to(allow), to(no_family), _FAMILIES[-1]))
    lines += [
        (_RETURN, 0, 0, value) for value in (_ALLOW, _FAIL | _EPERM, _FAIL | _ENOSYS, _FAIL | _EAFNOSUPPORT)
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)


def profile(machine: str) -> str | None:
    """The same filter in JSON, as engines take it: the runtime specification's `seccomp` with numbers of errors.

    https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp
    """
    if machine not in _ARCHITECTURES:
        return None
    _, refused, _, _ = _ARCHITECTURES[machine]
    flags = [1 << bit for bit in range(32) if _NEW_NAMESPACES >> bit & 1]
    others = [family for family in range(max(_FAMILIES)) if family not in _FAMILIES]
    rules = [
        _rule(_EPERM, *sorted(refused)),
        _rule(_ENOSYS, "clone3"),
        *(
            _rule(_EPERM, "clone", of={"op": "SCMP_CMP_MASKED_EQ", "value": flag, "valueTwo": flag})
            for flag in flags
        ),
        *(_rule(_EAFNOSUPPORT, "socket", of={"op": "SCMP_CMP_EQ", "value": family}) for family in others),
        _rule(_EAFNOSUPPORT, "socket", of={"op": "SCMP_CMP_GT", "value": max(_FAMILIES)}),
    ]
    return json.dumps(
        {
            "defaultAction": "SCMP_ACT_ALLOW",
            "architectures": [f"SCMP_ARCH_{machine.upper()}"],
            "syscalls": rules,
        }
    )


def _rule(error: int, *names: str, of: dict[str, Any] | None = None) -> dict[str, Any]:
    """Calls of these names fail, those only whose first argument is as `of` says."""
    rule: dict[str, Any] = {"names": names, "action": "SCMP_ACT_ERRNO", "errnoRet": error}
    return rule | {"args": [{"index": 0, **of}]} if of else rule
