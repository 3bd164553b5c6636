#!/usr/bin/env python3
"""Prints what Pillow's bilinear resize makes of pictures from a formula: rows for tests/runtime/prepare_fit_test.cpp.

Usage: make_resize_golden.py            (made with Pillow 9.4.0; 13.0.0 prints the same)
Each row: width and height before, width and height after, FNV-1a 64 of the bytes.
"""
from PIL import Image

SIZES = [(28, 28, 32, 32), (28, 28, 14, 14), (28, 28, 28, 32), (7, 5, 3, 11), (1, 1, 4, 2), (100, 60, 9, 7), (3, 2, 28, 29)]

for width, height, to_width, to_height in SIZES:
    image = Image.new("L", (width, height))
    image.putdata([(x * 37 + y * 101 + x * y * 7) % 256 for y in range(height) for x in range(width)])
    hash = 0xCBF29CE484222325
    for value in image.resize((to_width, to_height), Image.BILINEAR).tobytes():
        hash = ((hash ^ value) * 0x100000001B3) % 2**64
    print("    {%d, %d, %d, %d, 0x%016x}," % (width, height, to_width, to_height, hash))
