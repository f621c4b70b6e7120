"""What a seccomp program answers, without a kernel: the few instructions of classic BPF that libseccomp writes.

See `linux/filter.h` and `linux/seccomp.h`. The kernel hands a program the number of the call, the architecture, and the
six arguments as 64 bits each, whatever the call itself reads of them.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence

LOAD, AND, RETURN, JUMP = 0x20, 0x54, 0x06, 0x05
TESTS: dict[int, Callable[[int, int], bool]] = {
    0x15: lambda a, k: a == k,
    0x25: lambda a, k: a > k,
    0x35: lambda a, k: a >= k,
    0x45: lambda a, k: bool(a & k),
}
ALLOW, NOTIFY, ERRNO = 0x7FFF0000, 0x7FC00000, 0x00050000
X86_64, I386, AARCH64 = 0xC000003E, 0x40000003, 0xC00000B7
X32 = 0x40000000  # the bit in a call's number that asks for another interface of the same kernel


def answer(program: bytes, arch: int, number: int, arguments: Sequence[int] = ()) -> int:
    """The action for one system call: ALLOW, NOTIFY, ERRNO + number, or one that kills."""
    data = struct.pack("<IIQ6Q", number, arch, 0, *arguments, *[0] * (6 - len(arguments)))
    accumulator = place = 0
    while True:
        code, if_true, if_false, k = struct.unpack_from("<HBBI", program, 8 * place)
        place += 1
        match code:
            case _ if code == LOAD:
                (accumulator,) = struct.unpack_from("<I", data, k)
            case _ if code == AND:
                accumulator &= k
            case _ if code == JUMP:
                place += k
            case _ if code == RETURN:
                return int(k)
            case _:
                place += if_true if TESTS[code](accumulator, k) else if_false
