// Made by make_tflite_files.py, not by hand: files, their inputs and PyTorch's outputs.
#pragma once
#include "tests/golden/tf_files.h"

namespace lentil::test {

inline const std::vector<TfFile> kTfliteFiles{
    {"chain.tflite", {2, 12, 11}, {0.252173483f, 0.232072696f, 0.235590443f, 0.280163378f}},
    {"hybrid.tflite", {1, 6, 5}, {-2.75408554f, -9.86158466f, -3.27833223f, -8.23836994f, -0.107223071f}},
    {"planes.tflite", {2, 7, 6}, {0.0117866145f, 0.278855473f, -0.0749784112f}},
};

}  // namespace lentil::test
