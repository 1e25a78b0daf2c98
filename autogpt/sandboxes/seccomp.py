"""A filter that refuses system calls which ordinary programs don't need and attacks do.

They reach into the kernel's rarely used parts: keys of the session, programs run inside
the kernel, tracing of performance, memory faults handled in user space, mounts, clocks,
modules. A refused call fails with EPERM, as it does in containers; a call of another
architecture's numbering, which the list can't judge, ends the process. Of the families of sockets
there are the usual ones only: some of the others, such as a virtual machine's way to its host,
lead past the namespace of the network. No file can be given a set-user-id or set-group-id bit, which
would give the person's rights to whoever starts it outside.

The filter is a classic BPF program (linux/filter.h, linux/seccomp.h), or the same in the words
that container engines take, for x86-64 and 64-bit ARM; on others there is none, and the other
walls stand alone.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
"""Where they are in struct seccomp_data; of each argument, of eight bytes, the lower half on these machines."""
_EPERM, _ENOSYS, _EAFNOSUPPORT = 1, 38, 97
"""What a refused call fails with, one that isn't known, one for a family that isn't."""
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_X32 = 0x40000000
"""From here on, numbers on x86-64 are of the x32 way of calling."""
_NEW_NAMESPACES = 0x7E020000
"""The flags of clone() that make namespaces: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET."""
_IN_MEMORY = {"clone3": 435, "openat2": 437}
"""Their flags and modes are in memory, where a filter can't look; programs then use clone() and openat()."""

_SET_IDS = 0o6000
"""The bits of a file's mode by which it runs with its owner's, or its group's, rights."""
_MAKES_A_FILE = 0o100 | 0o20000000
"""The flags O_CREAT and __O_TMPFILE, without which open() has no mode."""

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


@dataclass(frozen=True, slots=True)
class _Moded:
    """A call that gives a file its mode; which of its arguments the mode is, and the flags, if it has any."""

    number: int
    mode: int
    flags: int | None = None


_X86_64_MODED = {
    "chmod": _Moded(90, 1), "creat": _Moded(85, 1), "fchmod": _Moded(91, 1), "fchmodat": _Moded(268, 2),
    "fchmodat2": _Moded(452, 2), "mknod": _Moded(133, 1), "mknodat": _Moded(259, 2),
    "open": _Moded(2, 2, flags=1), "openat": _Moded(257, 3, flags=2),
}  # fmt: skip
_AARCH64_MODED = {
    "fchmod": _Moded(52, 1), "fchmodat": _Moded(53, 2), "fchmodat2": _Moded(452, 2), "mknodat": _Moded(33, 2),
    "openat": _Moded(56, 3, flags=2),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Architecture:
    """A machine: its number (linux/audit.h), what is refused there, and calls that are judged by arguments."""

    number: int
    refused: dict[str, int]
    moded: dict[str, _Moded]
    clone: int
    socket: int


_ARCHITECTURES = {
    "x86_64": _Architecture(0xC000003E, _X86_64, _X86_64_MODED, clone=56, socket=41),
    "aarch64": _Architecture(0xC00000B7, _AARCH64, _AARCH64_MODED, clone=220, socket=198),
}
"""By their names as `platform.machine()` has them."""

_ENDINGS = {
    "allow": _ALLOW,
    "kill": _KILL,
    "refuse": _FAIL | _EPERM,
    "unknown": _FAIL | _ENOSYS,
    "no family": _FAIL | _EAFNOSUPPORT,
}


class _Program:
    """Instructions that jump to labels; "" is the next one."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, str, str, int]] = []
        self._labels: dict[str, int] = {}

    def label(self, name: str) -> None:
        self._labels[name] = len(self._lines)

    def load(self, place: int) -> None:
        self._lines.append((_LOAD, "", "", place))

    def load_argument(self, number: int) -> None:
        self.load(_ARGUMENTS + 8 * number)

    def jump(self, kind: int, value: int, then: str, otherwise: str = "") -> None:
        self._lines.append((kind, then, otherwise, value))

    def end(self, name: str, value: int) -> None:
        self.label(name)
        self._lines.append((_RETURN, "", "", value))

    def assembled(self) -> bytes:
        def to(label: str, here: int) -> int:
            return self._labels[label] - here - 1 if label else 0

        return b"".join(
            struct.pack("=HBBI", kind, to(then, here), to(otherwise, here), value)
            for here, (kind, then, otherwise, value) in enumerate(self._lines)
        )


def program(machine: str) -> bytes | None:
    """The filter for a machine as `platform.machine()` names it, None where there is none."""
    if machine not in _ARCHITECTURES:
        return None
    here = _ARCHITECTURES[machine]
    made = _Program()
    made.load(_ARCHITECTURE)
    made.jump(_JUMP_EQUAL, here.number, "", "kill")
    made.load(_NUMBER)
    if machine == "x86_64":
        made.jump(_JUMP_AT_LEAST, _X32, "refuse")
    for name, moded in here.moded.items():  # first, since programs open many files
        made.jump(_JUMP_EQUAL, moded.number, name)
    for number in sorted(here.refused.values()):
        made.jump(_JUMP_EQUAL, number, "refuse")
    for number in _IN_MEMORY.values():
        made.jump(_JUMP_EQUAL, number, "unknown")
    made.jump(_JUMP_EQUAL, here.socket, "family")
    made.jump(_JUMP_EQUAL, here.clone, "", "allow")
    made.load_argument(0)
    made.jump(_JUMP_ANY_BIT, _NEW_NAMESPACES, "refuse", "allow")
    made.label("family")
    made.load_argument(0)
    for family in _FAMILIES[:-1]:
        made.jump(_JUMP_EQUAL, family, "allow")
    made.jump(_JUMP_EQUAL, _FAMILIES[-1], "allow", "no family")
    for name, moded in here.moded.items():
        made.label(name)
        if moded.flags is not None:
            made.load_argument(moded.flags)
            made.jump(_JUMP_ANY_BIT, _MAKES_A_FILE, "", "allow")
        made.load_argument(moded.mode)
        made.jump(_JUMP_ANY_BIT, _SET_IDS, "refuse", "allow")
    for name, value in _ENDINGS.items():
        made.end(name, value)
    return made.assembled()


def profile(machine: str) -> str | None:
    """The same filter in JSON, as engines take it: the runtime specification's `seccomp` with numbers of errors.

    https://github.com/opencontainers/runtime-spec/blob/main/config-linux.md#seccomp
    """
    if machine not in _ARCHITECTURES:
        return None
    here = _ARCHITECTURES[machine]
    others = [family for family in range(max(_FAMILIES)) if family not in _FAMILIES]
    rules = [
        _rule(_EPERM, *sorted(here.refused)),
        _rule(_ENOSYS, *_IN_MEMORY),
        *(_rule(_EPERM, "clone", of=[_has(0, flag)]) for flag in _bits(_NEW_NAMESPACES)),
        *(_rule(_EPERM, name, of=of) for name, moded in here.moded.items() for of in _gives_rights(moded)),
        *(
            _rule(_EAFNOSUPPORT, "socket", of=[{"index": 0, "op": "SCMP_CMP_EQ", "value": family}])
            for family in others
        ),
        _rule(_EAFNOSUPPORT, "socket", of=[{"index": 0, "op": "SCMP_CMP_GT", "value": max(_FAMILIES)}]),
    ]
    return json.dumps(
        {
            "defaultAction": "SCMP_ACT_ALLOW",
            "architectures": [f"SCMP_ARCH_{machine.upper()}"],
            "syscalls": rules,
        }
    )


def _gives_rights(moded: _Moded) -> list[list[dict[str, Any]]]:
    """The ways in which a call sets one of the bits, as conditions that must all hold."""
    modes = [_has(moded.mode, bit) for bit in _bits(_SET_IDS)]
    if moded.flags is None:
        return [[mode] for mode in modes]
    return [[_has(moded.flags, flag), mode] for flag in _bits(_MAKES_A_FILE) for mode in modes]


def _has(argument: int, bit: int) -> dict[str, Any]:
    return {"index": argument, "op": "SCMP_CMP_MASKED_EQ", "value": bit, "valueTwo": bit}


def _bits(mask: int) -> list[int]:
    return [1 << bit for bit in range(32) if mask >> bit & 1]


def _rule(error: int, *names: str, of: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Calls of these names fail, those only whose arguments are as `of` says."""
    rule: dict[str, Any] = {"names": names, "action": "SCMP_ACT_ERRNO", "errnoRet": error}
    return rule | {"args": of} if of else rule
