"""A finished PDF → the same pages in fewer bytes: pictures put in as they are, small objects together.

typst writes a picture's points anew, three bytes a point, and each object on its own: a report grows by half.
So it is given a single point for each picture, and the picture takes its place here, in its own coding.
"""

import itertools
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1}  # grey, three colours, a palette: codings that PDF knows
TOGETHER = 200  # objects in one stream
OBJECT = re.compile(rb"\s*\d+ 0 obj\s*(.*?)\s*endobj\s*", re.DOTALL)
LENGTH = re.compile(rb"/Length (\d+)")
HELD = re.compile(rb"/Type/ObjStm/N (\d+)/First (\d+)/Filter/FlateDecode/Length (\d+)>>stream\n")
COLOURS = re.compile(rb"/ColorSpace ?(\d+ 0 R|/\w+)")
END = re.compile(rb"trailer\s*<<(.*)>>\s*startxref\s+(\d+)\s+%%EOF\s*$", re.DOTALL)


@dataclass(frozen=True)
class Png:
    """A picture as its file holds it."""

    width: int
    height: int
    depth: int
    colour: int
    palette: bytes
    points: bytes


def read_png(path: Path) -> Png | None:
    """Return a picture whose points can stand in a PDF as they are; None if not, as for half-clear ones."""
    data = path.read_bytes()
    parts, at = {}, len(SIGNATURE)
    while data.startswith(SIGNATURE) and at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        parts[kind] = parts.get(kind, b"") + data[at + 8 : at + 8 + size]
        at += size + 12
    if b"IHDR" not in parts or b"tRNS" in parts:
        return None
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", parts[b"IHDR"])
    if interlaced or colour not in CHANNELS or depth > 8:
        return None
    return Png(width, height, depth, colour, parts.get(b"PLTE", b""), parts[b"IDAT"])


def placeholder(number: int) -> bytes:
    """Return a PNG of one point, whose colour is a number from 1 on."""
    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    point = zlib.compress(b"\0" + number.to_bytes(3, "big"))
    return SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", point) + _chunk(b"IEND", b"")


def pack(pdf: bytes, pictures: list[Png]) -> bytes:
    """Return the PDF with the pictures in the place of their placeholders, numbered from 1.

    Raises: RuntimeError if the file is not written the way that this reads, or a placeholder is left over
    """
    objects, trailer = _objects(pdf)
    done = set()
    for number, body in objects.items():
        if found := b"/Subtype/Image" in body[:200] and _number(body):
            objects[number] = _picture(body, pictures[found - 1])
            done.add(found)
    if done != set(range(1, len(pictures) + 1)):
        raise RuntimeError(f"{len(pictures) - len(done)} pictures have no place in the PDF")
    return _written(pdf[: pdf.index(b"1 0 obj")], objects, trailer)


def objects(pdf: bytes) -> list[bytes]:
    """Return the bodies of all objects of a PDF that this module packed, but for streams."""
    found = []
    for head in HELD.finditer(pdf):
        data = zlib.decompress(pdf[head.end() : head.end() + int(head[3])])
        places = [int(place) for place in data[: int(head[2])].split()[1::2]]
        ends = [*places[1:], len(data) - int(head[2])]
        found += [data[int(head[2]) :][at:end] for at, end in zip(places, ends, strict=True)]
    return found


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _objects(pdf: bytes) -> tuple[dict[int, bytes], bytes]:
    """Return the objects by number, and what the trailer says of the file."""
    end = END.search(pdf, max(0, len(pdf) - 2000))
    if not end:
        raise RuntimeError("the PDF has no table of its objects")
    start = int(end[2])
    entries = re.findall(rb"(\d{10}) \d{5} ([nf])", pdf[start : end.start()])
    places = {number: int(place) for number, (place, kind) in enumerate(entries) if kind == b"n"}
    borders = sorted([*places.values(), start])
    until = dict(itertools.pairwise(borders))
    bodies = {number: OBJECT.fullmatch(pdf, place, until[place])[1] for number, place in places.items()}
    return bodies, re.sub(rb"/Size \d+", b"", end[1])


def _number(body: bytes) -> int | None:
    """Return the number that a placeholder carries, None for another picture."""
    said, _, data = body.partition(b"stream\n")
    if b"/Width 1/" not in said or b"/Height 1/" not in said:
        return None
    return int.from_bytes(zlib.decompress(data[: int(LENGTH.search(said)[1])]), "big")


def _picture(body: bytes, png: Png) -> bytes:
    colours = COLOURS.search(body)[1]
    if png.colour == 0:
        colours = b"/DeviceGray"
    elif png.colour == 3:
        highest = len(png.palette) // 3 - 1
        colours = b"[/Indexed %b %d<%b>]" % (colours, highest, png.palette.hex().encode())
    said = (
        b"/Type/XObject/Subtype/Image/Filter/FlateDecode/Width %d/Height %d/BitsPerComponent %d/ColorSpace %b"
        b"/DecodeParms<</Predictor 15/Colors %d/BitsPerComponent %d/Columns %d>>"
    ) % (png.width, png.height, png.depth, colours, CHANNELS[png.colour], png.depth, png.width)
    return _stream(said, png.points)


def _stream(said: bytes, data: bytes) -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (said, len(data), data)


def _written(header: bytes, objects: dict[int, bytes], trailer: bytes) -> bytes:
    """Return the file: streams one by one, all else in streams of many objects, and a table in a stream."""
    last = max(objects)
    streams = {number: body for number, body in objects.items() if body.endswith(b"endstream")}
    small = [number for number in objects if number not in streams]
    table = {}
    for first in range(0, len(small), TOGETHER):
        last += 1
        held = small[first : first + TOGETHER]
        streams[last] = _together([(number, objects[number]) for number in held])
        table |= {number: (2, last, at) for at, number in enumerate(held)}
    out = bytearray(header)
    for number, body in streams.items():
        table[number] = (1, len(out), 0)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table |= {0: (0, 0, 65535), last + 1: (1, len(out), 0)}
    rows = b"".join(struct.pack(">BIH", *table.get(number, (0, 0, 65535))) for number in range(last + 2))
    said = b"/Type/XRef/W[1 4 2]/Size %d/Filter/FlateDecode%b" % (last + 2, trailer)
    place = len(out)
    out += b"%d 0 obj\n%b\nendobj\n" % (last + 1, _stream(said, zlib.compress(rows, 9)))
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % place)


def _together(held: list[tuple[int, bytes]]) -> bytes:
    places, data = [], bytearray()
    for number, body in held:
        places.append(b"%d %d" % (number, len(data)))
        data += body + b"\n"
    head = b" ".join(places) + b"\n"
    said = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(held), len(head))
    return _stream(said, zlib.compress(head + bytes(data), 9))
