"""The filter of system calls, run as the kernel runs it: what is refused, for each machine, whatever it is tried on."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest

from autogpt.sandboxes.seccomp import program

ALLOWED, KILLED = "allowed", "killed"
EPERM, ENOSYS, EAFNOSUPPORT = 1, 38, 97
MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# Numbers of calls (syscall_64.tbl; asm-generic/unistd.h), and which argument is the mode, and the flags.
MODED: dict[str, list[tuple[str, int, int, int | None]]] = {
    "x86_64": [
        ("chmod", 90, 1, None), ("fchmod", 91, 1, None), ("fchmodat", 268, 2, None), ("fchmodat2", 452, 2, None),
        ("creat", 85, 1, None), ("mknod", 133, 1, None), ("mknodat", 259, 2, None), ("open", 2, 2, 1),
        ("openat", 257, 3, 2),
    ],
    "aarch64": [
        ("fchmod", 52, 1, None), ("fchmodat", 53, 2, None), ("fchmodat2", 452, 2, None), ("mknodat", 33, 2, None),
        ("openat", 56, 3, 2),
    ],
}  # fmt: skip
NEEDED = {"x86_64": {"mount": 165, "bpf": 321, "unshare": 272, "keyctl": 250, "io_uring_setup": 425},
          "aarch64": {"mount": 40, "bpf": 280, "unshare": 97, "keyctl": 219, "io_uring_setup": 425}}  # fmt: skip
SOCKET, CLONE = {"x86_64": 41, "aarch64": 198}, {"x86_64": 56, "aarch64": 220}


def verdict(filter_: bytes, architecture: int, number: int, *arguments: int) -> str | int:
    """What a classic BPF program says of a call (linux/filter.h, struct seccomp_data)."""
    data = struct.pack("<IIQ6Q", number, architecture, 0, *(*arguments, *[0] * 6)[:6])
    lines = [struct.unpack_from("=HBBI", filter_, at) for at in range(0, len(filter_), 8)]
    at = value = 0
    while True:
        kind, then, otherwise, k = lines[at]
        match kind:
            case 0x20:
                (value,) = struct.unpack_from("<I", data, k)
                at += 1
            case 0x15 | 0x35 | 0x45:
                holds = {0x15: value == k, 0x35: value >= k, 0x45: bool(value & k)}[kind]
                at += 1 + (then if holds else otherwise)
            case 0x06:
                ends = {0x7FFF0000: ALLOWED, 0x80000000: KILLED}
                return ends[k] if k in ends else k & 0xFFFF
            case _:
                raise AssertionError(kind)


def moded() -> Iterator[tuple[str, str, int, int, int | None]]:
    for machine, calls in MODED.items():
        for call in calls:
            yield (machine, *call)


@pytest.mark.parametrize(("machine", "name", "number", "mode", "flags"), list(moded()))
def test_no_call_gives_a_file_the_bits(
    machine: str, name: str, number: int, mode: int, flags: int | None
) -> None:
    filter_ = program(machine)
    assert filter_ is not None

    def called(bits: int, opened: int = 0o101) -> str | int:
        arguments = [0] * 6
        arguments[mode] = bits
        if flags is not None:
            arguments[flags] = opened
        return verdict(filter_, MACHINES[machine], number, *arguments)

    for bits in (0o4755, 0o2755, 0o6755, 0o4000, 0o2000, 0o100000 | 0o4644):
        assert called(bits) == EPERM, oct(bits)
        assert flags is None or called(bits, 0o20200000 | 0o2) == EPERM
        assert flags is None or called(bits, 0o2) == ALLOWED, "without making a file there is no mode"
    for bits in (0o755, 0o1777, 0):
        assert called(bits) == ALLOWED


@pytest.mark.parametrize("machine", MACHINES)
def test_what_else_is_refused(machine: str) -> None:
    filter_, here = program(machine), MACHINES[machine]
    assert filter_ is not None
    for name, number in NEEDED[machine].items():
        assert verdict(filter_, here, number) == EPERM, name
    for number in (435, 437):
        assert verdict(filter_, here, number) == ENOSYS
    for family in range(50):
        assert verdict(filter_, here, SOCKET[machine], family) == (
            ALLOWED if family in (1, 2, 10, 16) else EAFNOSUPPORT
        )
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert verdict(filter_, here, CLONE[machine], flag | 0x11) == EPERM
    assert verdict(filter_, here, CLONE[machine], 0x11) == ALLOWED
    assert verdict(filter_, here, 0) == ALLOWED
    for other in {*MACHINES.values(), 0x40000003, 0x40000028} - {here}:
        assert verdict(filter_, other, 0) == KILLED


def test_the_x32_way_of_calling_is_no_way_around() -> None:
    filter_ = program("x86_64")
    assert filter_ is not None
    for number in (0, 90, 165, 257):
        assert verdict(filter_, MACHINES["x86_64"], number + 0x40000000) == EPERM


def test_where_nothing_is_known_there_is_none() -> None:
    assert program("riscv64") is None
