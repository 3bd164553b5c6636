#include "formats/import/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

namespace lentil::formats {
namespace {

constexpr std::string_view kMetadata = "__metadata__";

// Follows the JSON text as it comes and keeps what belongs to the format, so that no text, however it is
// nested and repeated, makes more of itself. Every function returns whether to go on.
class Handler : public nlohmann::json_sax<nlohmann::json> {
 public:
  SafetensorsHeader header;
  std::string failure;  // the first

  bool start_object(std::size_t) override {
    if (place_ == Place::outside) return enter(Place::file);
    if (place_ == Place::file && name_ == kMetadata) return enter(Place::metadata);
    if (place_ != Place::file || name_.empty()) return misplaced();
    header.tensors.push_back({.name = name_, .dtype = {}, .shape = {}});
    if (header.tensors.size() > kMostSafetensors)
      return fail("it has more than " + std::to_string(kMostSafetensors) + " tensors");
    seen_.clear();
    return enter(Place::tensor);
  }

  bool end_object() override {
    if (place_ == Place::tensor && seen_.size() != 3)
      return fail(of_tensor() + "it lacks dtype, shape or data_offsets");
    return enter(place_ == Place::file ? Place::end : Place::file);
  }

  bool key(std::string& key) override {
    name_ = key;
    if (place_ != Place::tensor) return true;
    if (std::ranges::find(kFields, key) == kFields.end())
      return fail(of_tensor() + "unknown key '" + key + "'");
    if (std::ranges::find(seen_, key) != seen_.end()) return fail(of_tensor() + "'" + key + "' stands twice");
    seen_.push_back(key);
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::tensor || name_ == "dtype") return misplaced();
    numbers_.clear();
    return enter(Place::numbers);
  }

  bool end_array() override {
    SafetensorsEntry& tensor = header.tensors.back();
    place_ = Place::tensor;
    if (name_ == "data_offsets") {
      if (numbers_.size() != 2) return fail(of_tensor() + "data_offsets are two numbers");
      tensor.begin = numbers_[0];
      tensor.end = numbers_[1];
      return true;
    }
    for (const std::uint64_t number : numbers_) {
      if (number > std::numeric_limits<std::uint32_t>::max())
        return fail(of_tensor() + "its shape is impossible: " + std::to_string(number));
      tensor.shape.push_back(static_cast<std::uint32_t>(number));
    }
    return true;
  }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ != Place::numbers) return misplaced();
    if (numbers_.size() == kMostSafetensorsRank)
      return fail(of_tensor() + "its shape has more than " + std::to_string(kMostSafetensorsRank) + " sizes");
    numbers_.push_back(value);
    return true;
  }

  bool string(std::string& text) override {
    if (place_ == Place::metadata) {
      if (header.metadata.size() < kMostSafetensorsMetadata) header.metadata.emplace_back(name_, text);
      return true;
    }
    if (place_ != Place::tensor || name_ != "dtype") return misplaced();
    header.tensors.back().dtype = text;
    return true;
  }

  bool null() override { return (place_ == Place::file && name_ == kMetadata) || misplaced(); }
  bool boolean(bool) override { return misplaced(); }
  bool binary(binary_t&) override { return misplaced(); }
  bool number_integer(number_integer_t) override { return misplaced("a negative number"); }
  bool number_float(number_float_t, const string_t&) override { return misplaced("a fraction"); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
    return fail("its header is no JSON from byte " + std::to_string(position) + " on");
  }

 private:
  enum class Place { outside, file, metadata, tensor, numbers, end };
  static constexpr std::array<std::string_view, 3> kFields{"dtype", "shape", "data_offsets"};

  bool enter(Place place) {
    place_ = place;
    return true;
  }
  bool fail(std::string text) {
    if (failure.empty()) failure = std::move(text);
    return false;
  }
  bool misplaced(const std::string& what = "something") {
    return fail("its header holds " + what + " where the format has none" +
                (name_.empty() ? "" : " (at '" + name_ + "')"));
  }
  std::string of_tensor() const { return "tensor '" + header.tensors.back().name + "': "; }

  Place place_ = Place::outside;
  std::string name_;               // the last key
  std::vector<std::string> seen_;  // keys of the tensor at hand
  std::vector<std::uint64_t> numbers_;
};

std::string repeated_name(const SafetensorsHeader& header) {
  std::vector<std::string_view> names;
  for (const SafetensorsEntry& tensor : header.tensors) names.push_back(tensor.name);
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  return twice == names.end() ? "" : std::string(*twice);
}

}  // namespace

Outcome<SafetensorsHeader> parse_safetensors_header(std::string_view json) {
  Handler handler;
  if (!nlohmann::json::sax_parse(json, &handler)) return Failure{handler.failure};
  if (const std::string name = repeated_name(handler.header); !name.empty())
    return Failure{"it names two tensors '" + name + "'"};
  return std::move(handler.header);
}

}  // namespace lentil::formats
