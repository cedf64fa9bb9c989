#!/usr/bin/env python3
"""Writes the ELF files of ELF/ beside this script: one minimal shared object, and files that break it in one way each.

The shared object is laid out by hand, so that every byte is known: no compiler is needed, and every run gives the same bytes.
The processor is x86-64; the tests write the number of their own host into the header, except where it is the point.
"""

import pathlib
import struct

TARGET = pathlib.Path(__file__).parent / "ELF"
LOAD, DYNAMIC, INTERPRETER, STACK = 1, 2, 3, 0x6474E551
NEEDED, HASH, STRTAB, SYMTAB, STRSZ, SYMENT, SONAME, TEXTREL = 1, 4, 5, 6, 10, 11, 14, 22
INIT, RELA, RELASZ, RELAENT, INIT_ARRAY, INIT_ARRAYSZ, RELRSZ, RELR, RELRENT = 12, 7, 8, 9, 25, 27, 35, 36, 37
VERSYM = 0x6FFFFFF0
GNU_HASH, FLAGS_1 = 0x6FFFFEF5, 0x6FFFFFFB
FUNCTION, OBJECT, GLOBAL, WEAK = 2, 1, 1, 2
PAGE = 0x1000
# Where the parts are; address = offset throughout, in a single segment.
PROGRAM, STRINGS, SYMBOLS, SYSTEM_V, GNU, TABLE, CODE, END = 0x40, 0x140, 0x200, 0x2A0, 0x2E0, 0x320, 0x400, 0x410


def string_table():
    table, offsets = b"\0", {}
    for name in ["gud_plugin_entry", "helper", "printf", "libc.so.6", "libminimal.so"]:
        offsets[name] = len(table)
        table += name.encode() + b"\0"
    return table, offsets


STRING_TABLE, OFFSETS = string_table()


def gnu_hash(name):
    value = 5381
    for byte in name.encode():
        value = (value * 33 + byte) & 0xFFFFFFFF
    return value


def segment(kind, flags, offset, address, file_size, memory_size, alignment):
    return struct.pack("<IIQQQQQQ", kind, flags, offset, address, address, file_size, memory_size, alignment)


def library(segments=None, entries=None, hashes=("gnu", "system v")):
    """A shared object that exports gud_plugin_entry and helper (weak), and asks for printf."""
    out = bytearray(END)

    def put(offset, data):
        out[offset : offset + len(data)] = data

    if segments is None:
        segments = [
            segment(LOAD, 5, 0, 0, END, END, PAGE),
            segment(DYNAMIC, 4, TABLE, TABLE, 0xA0, 0xA0, 8),
            segment(STACK, 6, 0, 0, 0, 0, 16),
        ]
    put(0, b"\x7fELF\x02\x01\x01" + bytes(9))
    put(16, struct.pack("<HHIQQQIHHHHHH", 3, 62, 1, 0, PROGRAM, 0, 0, 64, 56, len(segments), 64, 0, 0))
    put(PROGRAM, b"".join(segments))
    put(STRINGS, STRING_TABLE)
    symbols = [
        (0, 0, 0, 0, 0),
        (OFFSETS["printf"], GLOBAL << 4 | FUNCTION, 0, 0, 0),
        (OFFSETS["gud_plugin_entry"], GLOBAL << 4 | FUNCTION, 0, 1, CODE),
        (OFFSETS["helper"], WEAK << 4 | FUNCTION, 0, 1, CODE + 8),
    ]
    for index, (name, info, other, section, value) in enumerate(symbols):
        put(SYMBOLS + 24 * index, struct.pack("<IBBHQQ", name, info, other, section, value, 8))
    # One bucket each; the chain of the first runs 2, 3, that of the second 3, 2, 1.
    put(SYSTEM_V, struct.pack("<7I", 1, 4, 3, 0, 0, 1, 2))
    put(GNU, struct.pack("<4IQI", 1, 2, 1, 6, (1 << 64) - 1, 2))
    put(GNU + 28, struct.pack("<2I", gnu_hash("gud_plugin_entry") & ~1, gnu_hash("helper") | 1))
    if entries is None:
        entries = [(NEEDED, OFFSETS["libc.so.6"]), (SONAME, OFFSETS["libminimal.so"])]
        entries += [(STRTAB, STRINGS), (STRSZ, len(STRING_TABLE)), (SYMTAB, SYMBOLS), (SYMENT, 24)]
        entries += [(GNU_HASH, GNU)] if "gnu" in hashes else []
        entries += [(HASH, SYSTEM_V)] if "system v" in hashes else []
        entries += [(0, 0)]
    put(TABLE, b"".join(struct.pack("<QQ", *entry) for entry in entries))
    put(CODE, b"\xc3" * 16)
    return out


def changed(changes, base=None):
    """The library with fields overwritten: (offset, struct format, value)."""
    out = bytearray(library() if base is None else base)
    for offset, form, value in changes:
        struct.pack_into("<" + form, out, offset, value)
    return out


def program(index, field):
    """The offset of a field of a program header."""
    fields = {"type": 0, "flags": 4, "offset": 8, "address": 16, "file": 32, "memory": 40, "align": 48}
    return PROGRAM + 56 * index + fields[field]


def entry(tag):
    """The offset of the value of a dynamic entry of the whole library."""
    order = [NEEDED, SONAME, STRTAB, STRSZ, SYMTAB, SYMENT, GNU_HASH, HASH, 0]
    return TABLE + 16 * order.index(tag) + 8


ALL = [
    (NEEDED, OFFSETS["libc.so.6"]), (STRTAB, STRINGS), (STRSZ, len(STRING_TABLE)), (SYMTAB, SYMBOLS), (HASH, SYSTEM_V),
]

# The same with a second segment, beyond the first, that can be written; it has the same bytes as the code.
WRITABLE = [
    segment(LOAD, 5, 0, 0, END, END, PAGE), segment(LOAD, 6, CODE, 0x10000 + CODE, 16, 2 * PAGE, PAGE),
    segment(DYNAMIC, 4, TABLE, TABLE, 0xE0, 0xE0, 8), segment(STACK, 6, 0, 0, 0, 0, 16),
]


def relocations(address, kind, symbol):
    """Dynamic entries with one relocation, whose three words are the values of entries that mean nothing."""
    used = len(ALL) + 3
    where = TABLE + 16 * used
    # Tag and value alternate: the value of one entry, then the tag and the value of the next.
    rest = [(RELA, where), (RELASZ, 24), (RELAENT, 24), (address, symbol << 32 | kind), (0, 0)]
    return ALL + rest


def relative(*words):
    """The library with a table of relative relocations in the bytes of its filter, which it does not use."""
    place = GNU
    out = library(
        segments=WRITABLE, entries=ALL + [(RELR, place), (RELRSZ, 8 * len(words)), (RELRENT, 8), (0, 0)], hashes=[])
    for index, word in enumerate(words):
        struct.pack_into("<Q", out, place + 8 * index, word)
    return out


FILES = {
    "minimal": library(),
    "minimal-gnu": library(hashes=["gnu"]),
    "minimal-system-v": library(hashes=["system v"]),
    "interpreter": changed(
        [(CODE, "16s", b"/lib/loader.so\0\0")],
        library([
            segment(LOAD, 5, 0, 0, END, END, PAGE), segment(DYNAMIC, 4, TABLE, TABLE, 0xA0, 0xA0, 8),
            segment(INTERPRETER, 4, CODE, CODE, 15, 15, 1), segment(STACK, 7, 0, 0, 0, 0, 16),
        ])),
    "stack-unsaid": library([
        segment(LOAD, 5, 0, 0, END, END, PAGE), segment(DYNAMIC, 4, TABLE, TABLE, 0xA0, 0xA0, 8)]),
    "text-relocations": library(entries=ALL + [(TEXTREL, 0), (0, 0)]),
    "two-segments": library([
        segment(LOAD, 5, 0, 0, END, END, PAGE), segment(LOAD, 6, CODE, 0x10000 + CODE, 16, 2 * PAGE, PAGE),
        segment(DYNAMIC, 4, TABLE, TABLE, 0xA0, 0xA0, 8), segment(STACK, 6, 0, 0, 0, 0, 16)]),
    "relocations": library(segments=WRITABLE, entries=relocations(0x10000 + CODE, 1, 2)),
    "relocations-relative": relative(0x10000 + CODE, 1 | 1 << 1),
    "relocation-into-code": library(segments=WRITABLE, entries=relocations(CODE, 1, 2)),
    "relocation-at-edge": library(segments=WRITABLE, entries=relocations(0x10000 + CODE + 2 * PAGE - 7, 1, 2)),
    "relocation-far-symbol": library(segments=WRITABLE, entries=relocations(0x10000 + CODE, 1, 0xFFFFFFFF)),
    "relocation-does-nothing": library(segments=WRITABLE, entries=relocations(0, 0, 0xFFFFFFFF)),
    "relocations-unsized": library(entries=ALL + [(RELA, CODE), (0, 0)]),
    "relocations-entry-unsized": library(entries=ALL + [(RELA, CODE), (RELASZ, 16), (0, 0)]),
    "relocations-narrow": library(entries=ALL + [(RELAENT, 16), (0, 0)]),
    "relocations-outside": library(entries=ALL + [(RELA, END), (RELASZ, 24), (RELAENT, 24), (0, 0)]),
    "relative-far": relative(0x10000 + CODE + 2 * PAGE - 8, 1 | 1 << 63),
    "relative-narrow": library(entries=ALL + [(RELR, CODE), (RELRSZ, 8), (RELRENT, 4), (0, 0)]),
    "initialisers-outside": library(entries=ALL + [(INIT_ARRAY, CODE), (INIT_ARRAYSZ, 24), (0, 0)]),
    "initialiser-not-code": changed([(program(0, "flags"), "I", 4)], library(entries=ALL + [(INIT, CODE), (0, 0)])),
    "versions-outside": library(entries=ALL + [(VERSYM, 0x7FFFFFFFFFFFFFFF), (0, 0)]),
    "segment-unreadable": changed([(program(0, "flags"), "I", 1)]),
    "local-name-beyond": changed([(SYMBOLS + 24 * 3, "I", 0xFFFF), (SYMBOLS + 24 * 3 + 4, "B", 0)]),
    "empty": b"",
    "magic-only": library()[:4],
    "header-cut": library()[:63],
    "program-headers-cut": library()[:200],
    "tail-cut": library()[: END - 1],
    "sections-cut": changed([(40, "Q", END - 10), (60, "H", 3)]),
    "script": b"#!/bin/sh\nexit 0\n",
    "archive": b"!<arch>\n/               0           0     0     0       4         `\n",
    "portable-executable": b"MZ\x90\0" + bytes(60) + b"PE\0\0",
    "mach-o": b"\xcf\xfa\xed\xfe\x07\0\0\x01" + bytes(56),
    "gzip": b"\x1f\x8b\x08" + bytes(17),
    "web-page": b"<!DOCTYPE html>\n<title>404</title>\n",
    "text": b"INPUT ( libminimal.so.6 )\n",
    "noise": bytes(range(128, 200)) + bytes(8),
    "word-size-32": changed([(4, "B", 1)]),
    "word-size-unknown": changed([(4, "B", 7)]),
    "big-endian": changed([(5, "B", 2)]),
    "version-2": changed([(20, "I", 2)]),
    "machine-386": changed([(18, "H", 3)]),
    "machine-arm": changed([(18, "H", 40)]),
    "machine-ppc64": changed([(18, "H", 21)]),
    "machine-s390x": changed([(18, "H", 22)]),
    "machine-4711": changed([(18, "H", 4711)]),
    "system-freebsd": changed([(7, "B", 9)]),
    "object": changed([(16, "H", 1)]),
    "executable": changed([(16, "H", 2)]),
    "core": changed([(16, "H", 4)]),
    "pie": library(entries=ALL + [(FLAGS_1, 0x08000000), (0, 0)]),
    "no-open": library(entries=ALL + [(FLAGS_1, 0x40), (0, 0)]),
    "program-headers-none": changed([(56, "H", 0)]),
    "program-headers-narrow": changed([(54, "H", 32)]),
    "program-headers-far": changed([(32, "Q", (1 << 64) - 8)]),
    "segment-beyond-file": changed([(program(0, "file"), "Q", 1 << 40), (program(0, "memory"), "Q", 1 << 40)]),
    "segment-wraps": changed([(program(0, "offset"), "Q", (1 << 64) - PAGE)]),
    "segment-shrinks": changed([(program(0, "memory"), "Q", 16)]),
    "segment-far": changed([(program(0, "address"), "Q", 1 << 63)]),
    "segment-huge": library([
        segment(LOAD, 5, 0, 0, END, END, PAGE), segment(LOAD, 6, 0, 0x10000, 16, (1 << 64) - 1, PAGE),
        segment(LOAD, 6, 0, 0x20000, 16, 16, PAGE), segment(DYNAMIC, 4, TABLE, TABLE, 0xA0, 0xA0, 8)]),
    "segment-askew": changed([(program(0, "address"), "Q", 8)]),
    "segment-alignment": changed([(program(0, "align"), "Q", 3)]),
    "segments-overlap": library([
        segment(LOAD, 5, 0, 0, END, END, PAGE), segment(LOAD, 6, 0x400, 0x400, 16, 16, 16),
        segment(DYNAMIC, 4, TABLE, TABLE, 0xA0, 0xA0, 8)]),
    "dynamic-none": changed([(program(1, "type"), "I", 0)]),
    "dynamic-twice": changed([(program(2, "type"), "I", DYNAMIC), (program(2, "address"), "Q", TABLE)]),
    "dynamic-outside": changed([(program(1, "address"), "Q", 0x900000)]),
    "dynamic-two-places": changed([(program(1, "offset"), "Q", TABLE + 16)]),
    "dynamic-not-writable": changed([(program(1, "flags"), "I", 6)]),
    "dynamic-endless": changed([(program(1, "file"), "Q", 0x80)]),
    "strings-none": library(entries=[(SYMTAB, SYMBOLS), (HASH, SYSTEM_V), (0, 0)]),
    "strings-outside": changed([(entry(STRTAB), "Q", 0xDEAD0000)]),
    "strings-long": changed([(entry(STRSZ), "Q", (1 << 64) - 1)]),
    "needed-beyond-strings": changed([(entry(NEEDED), "Q", 1 << 32)]),
    "soname-unterminated": changed([(entry(STRSZ), "Q", len(STRING_TABLE) - 1)]),
    "symbols-none": library(entries=[(STRTAB, STRINGS), (STRSZ, len(STRING_TABLE)), (HASH, SYSTEM_V), (0, 0)]),
    "symbols-outside": changed([(entry(SYMTAB), "Q", END)]),
    "symbols-wide": changed([(entry(SYMENT), "Q", 32)]),
    "symbol-name-beyond": changed([(SYMBOLS + 24 * 2, "I", 0xFFFFFFFF)]),
    "hash-none": library(hashes=[]),
    "hash-outside": changed([(entry(HASH), "Q", 0x7FFFFFFFFFFF)]),
    "gnu-no-buckets": changed([(GNU, "I", 0)]),
    "gnu-many-buckets": changed([(GNU, "I", 0xFFFFFFFF)]),
    "gnu-filter": changed([(GNU + 8, "I", 3)]),
    "gnu-filter-huge": changed([(GNU + 8, "I", 0x80000000)]),
    "gnu-shift": changed([(GNU + 12, "I", 64)]),
    "gnu-bucket-low": changed([(GNU + 24, "I", 1)]),
    "gnu-bucket-far": changed([(GNU + 24, "I", 0xFFFFFFFF)]),
    "gnu-chain-endless": changed(
        [(GNU + 24, "I", 2 + (CODE - GNU - 28) // 4)] + [(CODE + 4 * k, "I", 2) for k in range(4)]),
    "system-v-no-buckets": changed([(SYSTEM_V, "I", 0)]),
    "system-v-many-symbols": changed([(SYSTEM_V + 4, "I", 0x7FFFFFFF)]),
    "system-v-more-than-room": changed([(SYSTEM_V + 4, "I", 50)]),
    "system-v-circle": changed([(SYSTEM_V + 16, "I", 3)]),
    "system-v-astray": changed([(SYSTEM_V + 24, "I", 99)]),
    "entry-renamed": changed([(STRINGS + OFFSETS["gud_plugin_entry"] + 15, "B", ord("i"))]),
    "entry-hidden": changed([(SYMBOLS + 24 * 2 + 5, "B", 2)]),
    "entry-undefined": changed([(SYMBOLS + 24 * 2 + 6, "H", 0)]),
    "entry-is-data": changed([(SYMBOLS + 24 * 2 + 4, "B", GLOBAL << 4 | OBJECT)]),
    "entry-not-in-code": changed([(program(0, "flags"), "I", 4)]),
    "entry-far": changed([(SYMBOLS + 24 * 2 + 8, "Q", (1 << 64) - 1)]),
}

if __name__ == "__main__":
    TARGET.mkdir(exist_ok=True)
    for stale in TARGET.glob("*.bin"):
        stale.unlink()
    for name, contents in FILES.items():
        (TARGET / f"{name}.bin").write_bytes(bytes(contents))
