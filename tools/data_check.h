// What can be said about a data set without a network.
#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "formats/host/dataset.h"

namespace lentil::tools {

struct HalfCheck {
  std::vector<std::uint64_t> per_class{};
  std::uint64_t images = 0;
  std::uint64_t empty = 0;  // all pixels alike
  double border = 0;        // mean of the outermost pixels, 0 to 255
  double brightness = 0;    // mean of all pixels
};

struct DataCheck {
  std::vector<std::string> class_names{};  // by label
  HalfCheck train{}, test{};
  std::uint64_t shared = 0;             // test images that are training images too, pixel for pixel
  std::vector<std::string> warnings{};  // sentences
};

DataCheck check_data(const formats::DataSplit& data);

std::string check_text(const DataCheck& check, const formats::DataSplit& data);
nlohmann::ordered_json check_json(const DataCheck& check, const formats::DataSplit& data);

}  // namespace lentil::tools
