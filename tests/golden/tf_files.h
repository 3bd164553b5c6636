// Files that scripts made, and what comes out for the input of tf_reference.py's picture().
#pragma once
#include <string>
#include <vector>

#include "runtime/shape.h"

namespace lentil::test {

struct TfFile {
  std::string file;
  Shape input;
  std::vector<float> outputs;
};

inline std::vector<float> tf_picture(const Shape& shape) {
  std::vector<float> values(shape.count());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * 37 % 101) / 101.0f;
  return values;
}

}  // namespace lentil::test
