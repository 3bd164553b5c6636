#include "tools/processor.h"

#include <array>
#include <fstream>
#include <string_view>

namespace lentil::tools {
namespace {

constexpr std::string_view kSpace = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) + 1 - first);
}

}  // namespace

std::string processor_name(std::istream& cpuinfo) {
  constexpr std::array<std::string_view, 3> kKeys{"model name", "Model", "Hardware"};  // best first
  std::array<std::string, kKeys.size()> found;
  for (std::string line; std::getline(cpuinfo, line);) {
    const std::string_view text = line;
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) continue;
    for (std::size_t i = 0; i < kKeys.size(); ++i) {
      if (found[i].empty() && trimmed(text.substr(0, colon)) == kKeys[i])
        found[i] = trimmed(text.substr(colon + 1));
    }
  }
  for (const std::string& name : found) {
    if (!name.empty()) return name;
  }
  return {};
}

std::string processor_name() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  return processor_name(cpuinfo);
}

std::string board_name() {
  std::ifstream model("/proc/device-tree/model");
  std::string name;
  std::getline(model, name, '\0');
  return name;
}

}  // namespace lentil::tools
