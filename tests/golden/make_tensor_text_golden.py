#!/usr/bin/env python3
"""Makes tensor_text_golden.h: tensors as PyTorch prints them.

Usage: make_tensor_text_golden.py > tensor_text_golden.h            (made with PyTorch 1.13.0)
Values are the bits of float32, or integers; of tensors with many elements the formula's.
"""
import numpy as np
import torch

from formula import formula_values

INF, NAN = float("inf"), float("nan")

FLOATS = [
    torch.tensor(3.0),
    torch.tensor(0.1),
    torch.tensor([]),
    torch.zeros(0, 3),
    torch.zeros(2, 0, 4),
    torch.zeros(5),
    torch.ones(2, 3),
    torch.eye(4),
    torch.tensor([1.0, -2.0, 1000.0]),
    torch.tensor([1.0, 1001.0]),
    torch.tensor([2e8, 2e8]),
    torch.tensor([0.5, 1.0, -12.25]),
    torch.tensor([0.00005, 0.0001]),
    torch.tensor([0.0001, 0.0002]),
    torch.tensor([0.5, 501.0]),
    torch.tensor([-1e-10, 3.0, 1e20]),
    torch.tensor([1e-45, 3.4e38]),
    torch.tensor([0.0, -0.0, 1.0]),
    torch.tensor([0.0, -0.0, 0.25]),
    torch.tensor([INF, 1.0, NAN, -INF]),
    torch.tensor([INF, 0.5, NAN, -INF]),
    torch.tensor([INF, NAN]),
    torch.tensor([INF, 1e-6, 2.5, -NAN]),
    torch.tensor([0.99995, 9.99995, 0.00015]),
    torch.arange(30.0),
    torch.arange(100.0) - 50,
    torch.arange(24.0).reshape(2, 3, 4),
    torch.arange(16.0).reshape(2, 2, 2, 2) / 7,
    torch.arange(1000.0),
]
FORMULA = [(1, 3, 5), (10, 1, 5, 5), (20, 13), (1001,), (40, 30), (3, 400), (400, 3), (2, 8, 9, 9), (2, 2, 300), (1200, 1)]
INTEGERS = [
    ("Bytes", torch.tensor([[0, 255], [7, 12]], dtype=torch.uint8)),
    ("Bytes", torch.arange(36, dtype=torch.uint8)),
    ("Bytes", torch.zeros(0, dtype=torch.uint8)),
    ("Ints", torch.tensor([-1, 100, 7], dtype=torch.int32)),
    ("Ints", torch.tensor(5, dtype=torch.int32)),
    ("Ints", torch.arange(2000, dtype=torch.int32).reshape(40, 50)),
    ("Longs", torch.tensor([-1, 10**15])),
    ("Longs", torch.zeros(3, 0, dtype=torch.int64)),
    ("Bools", torch.tensor([[True, False], [False, False]])),
    ("Bools", torch.zeros(2, 0, dtype=torch.bool)),
] + [("Bytes", torch.zeros(n, dtype=torch.uint8)) for n in range(17, 22)]


def braces(numbers):
    return "{" + ", ".join(map(str, numbers)) + "}"


def raw(tensor):
    return f'R"({tensor!r})"'


print("// Made by make_tensor_text_golden.py, which says how: tensors as PyTorch prints them.")
print("#pragma once\n#include <cstdint>\n#include <string>\n#include <vector>\n")
print("// clang-format off\nnamespace lentil::golden {\n")
print("struct FloatText {\n  std::vector<std::int64_t> sizes;\n  std::vector<std::uint32_t> bits;\n  std::string text;\n};")
print("inline const std::vector<FloatText> kFloatTexts = {")
for t in FLOATS:
    bits = [hex(b) for b in t.flatten().numpy().view(np.uint32)]
    print(f"    {{{braces(t.shape)}, {braces(bits)}, {raw(t)}}},")
print("};\n\n// The values are formula_values(1, count).")
print("struct FormulaText {\n  std::vector<std::int64_t> sizes;\n  std::string text;\n};")
print("inline const std::vector<FormulaText> kFormulaTexts = {")
for shape in FORMULA:
    print(f"    {{{braces(shape)}, {raw(torch.from_numpy(formula_values(1, shape)))}}},")
print("};\n")
print("enum class Element { Bytes, Ints, Longs, Bools };")
print("struct IntegerText {\n  Element element;\n  std::vector<std::int64_t> sizes, values;\n  std::string text;\n};")
print("inline const std::vector<IntegerText> kIntegerTexts = {")
for element, t in INTEGERS:
    print(f"    {{Element::{element}, {braces(t.shape)}, {braces([int(v) for v in t.flatten()])}, {raw(t)}}},")
print("};\n\n}  // namespace lentil::golden")
