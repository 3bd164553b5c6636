// Scripts of PyTorch 1.0 to 1.2: model.json tells the modules, their tensors, and in which member the
// elements lie.
#include <charconv>
#include <nlohmann/json.hpp>

#include "formats/import/strided_elements.h"
#include "formats/import/torch_file.h"

namespace lentil::formats {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kTreeCost = 40;  // bytes of memory for a byte of JSON text: "[0,0,0" is the worst
constexpr int kDeepest = 32;

const Json& child(const Json& object, const char* name) {
  static const Json nothing;
  const auto found = object.is_object() ? object.find(name) : object.end();
  return object.is_object() && found != object.end() ? *found : nothing;
}

std::string text_at(const Json& object, const char* name) {
  const Json& text = child(object, name);
  return text.is_string() ? text.get<std::string>() : std::string();
}

// 64-bit numbers are texts in this JSON. -1: none, which no size or place can be.
std::int64_t number_of(const Json& value) {
  if (value.is_number_integer()) return value.get<std::int64_t>();
  std::int64_t number = -1;
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return -1;
  }
  return number;
}

std::vector<std::int64_t> numbers_of(const Json& array) {
  std::vector<std::int64_t> numbers;
  if (!array.is_array()) return numbers;
  for (const Json& value : array) numbers.push_back(number_of(value));
  return numbers;
}

class ScriptReader {
 public:
  ScriptReader(TorchZip& zip, const Json& model, MemoryBudget& budget)
      : zip_(zip), tensors_(child(model, "tensors")), budget_(budget) {}

  // Empty: it succeeded.
  std::string walk(const Json& module, const std::string& name, int depth) {
    if (depth > kDeepest) return "its modules are nested too deeply";
    const std::string prefix = name.empty() ? "" : name + ".";
    for (const Json& parameter : child(module, "parameters")) {
      if (std::string why = add(parameter, prefix + text_at(parameter, "name")); !why.empty()) return why;
    }
    for (const Json& submodule : child(module, "submodules")) {
      if (std::string why = walk(submodule, prefix + text_at(submodule, "name"), depth + 1); !why.empty()) {
        return why;
      }
    }
    return "";
  }

  WeightFile& file() { return file_; }

 private:
  std::string add(const Json& parameter, const std::string& name) {
    const std::int64_t index = number_of(child(parameter, "tensorId"));
    if (index < 0 || !tensors_.is_array() || static_cast<std::size_t>(index) >= tensors_.size()) {
      return "its tensor " + name + " is missing";
    }
    const Json& tensor = tensors_[static_cast<std::size_t>(index)];
    const std::string type = text_at(tensor, "dataType");
    const std::int64_t offset = number_of(child(tensor, "offset"));
    StridedElements elements{.bytes = {},
                             .type = element_type(&ElementType::script, type),
                             .offset = offset < 0 ? 0 : static_cast<std::uint64_t>(offset),
                             .sizes = numbers_of(child(tensor, "dims")),
                             .strides = numbers_of(child(tensor, "strides"))};
    if (elements.type == nullptr)
      return "its tensor " + name + " is of the type '" + type + "', which is not read";
    const auto bytes = zip_.read(text_at(child(tensor, "data"), "key"));
    if (!bytes) return bytes.error().message;
    elements.bytes = *bytes;
    auto copy = copy_elements(elements, name, budget_);
    if (!copy) return "" + copy.error().message;
    file_.tensors.push_back(std::move(*copy));
    return "";
  }

  TorchZip& zip_;
  const Json& tensors_;
  MemoryBudget& budget_;
  WeightFile file_;
};

}  // namespace

Outcome<WeightFile> read_script_json(TorchZip& zip, MemoryBudget& budget) {
  const auto text = zip.read(kScriptJson);
  if (!text) return text.error();
  if (!budget.take(text->size() * kTreeCost)) return MemoryBudget::exceeded();
  const auto* const start = reinterpret_cast<const char*>(text->data());
  const Json model = Json::parse(start, start + text->size(), nullptr, false);
  if (model.is_discarded()) return Failure{"its model.json is no JSON"};
  ScriptReader reader(zip, model, budget);
  if (std::string why = reader.walk(child(model, "mainModule"), "", 0); !why.empty()) return Failure{why};
  return std::move(reader.file());
}

}  // namespace lentil::formats
