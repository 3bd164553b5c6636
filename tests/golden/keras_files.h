// Made by make_keras_files.py, not by hand: files, their inputs and PyTorch's outputs.
#pragma once
#include "tests/golden/tf_files.h"

namespace lentil::test {

inline const std::vector<TfFile> kKerasFiles{
    {"chain.h5", {2, 12, 11}, {0.15144597f, 0.125379145f, 0.32828474f, 0.27015385f, 0.124736309f}},
    {"branches.h5", {2, 7, 6}, {0.155188486f, 0.477622479f, -0.146591097f}},
    {"branches.keras", {2, 7, 6}, {0.458221555f, 0.342038155f, -0.0248905718f}},
    {"channels_first.h5", {2, 6, 5}, {-0.0211130381f, -2.17854691f, 0.394138336f, -1.40825653f}},
};

}  // namespace lentil::test
