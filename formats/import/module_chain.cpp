#include "formats/import/module_chain.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace lentil::formats {
namespace {

using Values = std::vector<double>;

std::string number(double value) {
  std::array<char, 32> digits{};
  const auto [end, error] =
      std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<float>(value));
  return {digits.data(), end};
}

// "3" or "3x5", the first value if there is one only; `usual` if there is none.
std::string sides(const ModuleNote& module, const char* key, const std::string& usual = "") {
  const auto found = module.values.find(key);
  if (found == module.values.end() || found->second.empty()) return usual;
  const Values& values = found->second;
  if (values.size() < 2 || values[0] == values[1]) return number(values[0]);
  return number(values[0]) + "x" + number(values[1]);
}

bool is_set(const ModuleNote& module, const char* key, bool usual) {
  const auto found = module.values.find(key);
  return found == module.values.end() || found->second.empty() ? usual : found->second[0] != 0;
}

// " p2", unless that is what goes without saying.
std::string term(const ModuleNote& module, const char* letter, const char* key, const std::string& usual) {
  const std::string value = sides(module, key, usual);
  return value == usual ? "" : " " + std::string(letter) + value;
}

std::string windows(const ModuleNote& m) {
  return term(m, "s", "stride", "1") + term(m, "p", "padding", "0") + term(m, "d", "dilation", "1");
}

std::string convolution(const ModuleNote& m) {
  return "conv @" + m.name + windows(m) + term(m, "g", "groups", "1");
}
std::string linear(const ModuleNote& m) { return "linear @" + m.name; }
std::string prelu(const ModuleNote& m) { return "prelu @" + m.name; }
std::string batch_norm(const ModuleNote& m) { return "bn @" + m.name + term(m, "eps", "eps", ""); }
std::string pool(const ModuleNote& m, const std::string& word) {
  const std::string kernel = sides(m, "kernel_size");
  return word + " " + kernel + term(m, "s", "stride", kernel) + term(m, "p", "padding", "0") +
         (is_set(m, "ceil_mode", false) ? " ceil" : "");
}
std::string max_pool(const ModuleNote& m) { return pool(m, "maxpool") + term(m, "d", "dilation", "1"); }
std::string avg_pool(const ModuleNote& m) {
  return pool(m, "avgpool") + (is_set(m, "count_include_pad", true) ? "" : " nopad");
}
std::string global_pool(const ModuleNote& m) {
  return sides(m, "output_size", "1") == "1" ? "globalavgpool" : "";
}
template <const char* Word, const char* Key>
std::string with_number(const ModuleNote& m) {
  const std::string value = sides(m, Key);
  return std::string(Word) + (value.empty() ? "" : " " + value);
}
template <const char* Word>
std::string plain(const ModuleNote&) {
  return Word;
}
std::string nothing(const ModuleNote&) { return ""; }

constexpr char kRelu[] = "relu", kSigmoid[] = "sigmoid", kTanh[] = "tanh", kFlatten[] = "flatten",
               kSoftmax[] = "softmax", kLogSoftmax[] = "logsoftmax", kDropout[] = "dropout",
               kDropout2d[] = "dropout2d", kLeaky[] = "leakyrelu", kElu[] = "elu", kRate[] = "p",
               kSlope[] = "negative_slope", kAlpha[] = "alpha";

struct ModuleWord {
  std::string_view type;
  std::string (*entry)(const ModuleNote&);
  enum Kind { other, parameters, activation, skipped } kind = other;
};
constexpr std::array kWords{ModuleWord{"Conv2d", convolution, ModuleWord::parameters},
                            ModuleWord{"Linear", linear, ModuleWord::parameters},
                            ModuleWord{"BatchNorm2d", batch_norm},
                            ModuleWord{"BatchNorm1d", batch_norm},
                            ModuleWord{"MaxPool2d", max_pool},
                            ModuleWord{"AvgPool2d", avg_pool},
                            ModuleWord{"AdaptiveAvgPool2d", global_pool},
                            ModuleWord{"ReLU", plain<kRelu>, ModuleWord::activation},
                            ModuleWord{"LeakyReLU", with_number<kLeaky, kSlope>, ModuleWord::activation},
                            ModuleWord{"ELU", with_number<kElu, kAlpha>, ModuleWord::activation},
                            ModuleWord{"Sigmoid", plain<kSigmoid>, ModuleWord::activation},
                            ModuleWord{"Tanh", plain<kTanh>, ModuleWord::activation},
                            ModuleWord{"PReLU", prelu, ModuleWord::activation},
                            ModuleWord{"Flatten", plain<kFlatten>},
                            ModuleWord{"Softmax", plain<kSoftmax>},
                            ModuleWord{"LogSoftmax", plain<kLogSoftmax>},
                            ModuleWord{"Dropout", with_number<kDropout, kRate>},
                            ModuleWord{"Dropout2d", with_number<kDropout2d, kRate>},
                            ModuleWord{"Identity", nothing, ModuleWord::skipped}};

bool has_children(const std::vector<ModuleNote>& modules, const ModuleNote& parent) {
  const std::string prefix = parent.name.empty() ? "" : parent.name + ".";
  return std::ranges::any_of(modules, [&](const ModuleNote& m) {
    return m.name.size() > prefix.size() && m.name.starts_with(prefix);
  });
}

const ModuleWord* word_of(const ModuleNote& module) {
  const auto found = std::ranges::find(kWords, module.type, &ModuleWord::type);
  return found == kWords.end() ? nullptr : &*found;
}

}  // namespace

std::optional<ModuleChain> module_chain(const std::vector<ModuleNote>& modules) {
  ModuleChain chain{.line = "", .exact = !modules.empty()};
  std::size_t parameters = 0, activations = 0;
  for (const ModuleNote& module : modules) {
    if (has_children(modules, module)) {
      chain.exact = chain.exact && module.type == "Sequential";
      continue;
    }
    const ModuleWord* word = word_of(module);
    if (word == nullptr) return std::nullopt;
    if (word->kind == ModuleWord::skipped) continue;
    const std::string entry = word->entry(module);
    if (entry.empty()) return std::nullopt;
    chain.line += (chain.line.empty() ? "" : ", ") + entry;
    parameters += word->kind == ModuleWord::parameters;
    activations += word->kind == ModuleWord::activation;
  }
  if (parameters == 0 || (!chain.exact && activations + 1 < parameters)) return std::nullopt;
  return chain;
}

std::optional<std::uint32_t> module_value(const std::vector<ModuleNote>& modules, const std::string& name,
                                          const std::string& value) {
  const auto module = std::ranges::find(modules, name, &ModuleNote::name);
  if (module == modules.end()) return std::nullopt;
  const auto found = module->values.find(value);
  if (found == module->values.end() || found->second.empty()) return std::nullopt;
  const double first = found->second[0];
  if (!(first >= 0 && first <= 65535)) return std::nullopt;
  return static_cast<std::uint32_t>(first);
}

}  // namespace lentil::formats
