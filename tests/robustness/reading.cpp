#include "tests/robustness/reading.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "formats/host/aligned_bytes.h"
#include "formats/host/picture_input.h"
#include "runtime/session.h"

namespace lentil::test {
namespace {

using namespace formats;

// Reads one picture both ways. Throws where a model is no reader of pictures: these are the tests' own.
class Reader {
 public:
  explicit Reader(const ModelFile& model)
      : plan_memory_(std::size_t{1} << 16), prepared_(input_of(model)), raw_(prepared_) {
    raw_.use_raw();
    const auto plan = lentil::plan(model.model(), {.input = InputType::uint8}, plan_memory_);
    if (!plan) throw std::runtime_error(explain(plan.error()));
    arena_ = AlignedBytes(arena_bytes(**plan));
    auto session = Session::create(model.model(), **plan, *kernels::cpu().table, arena_);
    if (!session) throw std::runtime_error(explain(session.error()));
    session_ = *session;
    outputs_.resize(session_.output_size());
    pixels_.resize(prepared_.shape().count());
  }

  void read(const Image& image, std::uint32_t label, Score& score) {
    ++score.total;
    score.prepared += answer(prepared_, image) == label;
    score.raw += answer(raw_, image) == label;
  }

 private:
  static PictureInput input_of(const ModelFile& model) {
    const auto input = PictureInput::of(model);
    if (!input) throw std::runtime_error(input.error().message);
    return *input;
  }

  std::uint32_t answer(const PictureInput& input, const Image& image) {
    constexpr std::uint32_t kNone = ~0u;
    if (!input(image, pixels_)) return kNone;
    if (session_.run(std::span<const std::uint8_t>(pixels_), outputs_) != Status::ok) return kNone;
    return static_cast<std::uint32_t>(std::ranges::max_element(outputs_) - outputs_.begin());
  }

  AlignedBytes plan_memory_;
  PictureInput prepared_, raw_;
  AlignedBytes arena_;
  Session session_;
  std::vector<float> outputs_;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace

Score read_changed(const ModelFile& model, const Dataset& data, const Change& change, std::uint32_t count) {
  Reader reader(model);
  Score score;
  for (std::uint32_t i = 0; i < std::min<std::size_t>(count, data.size()); ++i)
    reader.read(changed(change, data.image(i), i), data.labels[i], score);
  return score;
}

Outcome<std::map<std::string, Score>> read_photos(const ModelFile& model, const std::string& folder) {
  const std::string list = folder + "/manifest.json";
  std::ifstream stream(list);
  const auto manifest = nlohmann::json::parse(stream, nullptr, /*allow_exceptions=*/false);
  if (!manifest.is_object() || !manifest.contains("files")) return Failure{list + ": no list of pictures"};
  Reader reader(model);
  std::map<std::string, Score> scores;
  for (const auto& file : manifest["files"]) {
    const auto image = read_image(folder + "/" + file["name"].get<std::string>());
    if (!image) return image.error();
    reader.read(*image, file["label"].get<std::uint32_t>(), scores[file["kind"].get<std::string>()]);
  }
  return scores;
}

}  // namespace lentil::test
