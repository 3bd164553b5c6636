// lentil predict: which class a model sees in pictures.
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "formats/host/cuda/session.h"
#include "formats/host/picture_input.h"
#include "runtime/answer.h"
#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/device.h"
#include "tools/machine.h"
#include "tools/model_input.h"
#include "tools/output.h"
#include "tools/standard_input.h"
#include "tools/stop.h"
#include "tools/terminal.h"
#include "tools/terminal_picture.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

using namespace formats;
namespace fs = std::filesystem;

struct PredictOptions {
  std::string file, ink = "auto", device = kCpu;
  std::vector<std::string> pictures;
  std::uint32_t top = 3;
  bool json = false, show = false, raw = false;
};

void declare(Arguments& a, PredictOptions& o) {
  a.operand("FILE", o.file, "the model; - is standard input");
  a.operands("IMAGE", o.pictures, "PNG, JPEG, BMP or PNM files, or folders of them; - is standard input");
  a.number("--top", o.top, {1, 1000}, "classes to name, the likeliest first");
  a.choice("--ink", o.ink, {"auto", "dark", "light"}, "darker or lighter than the paper; auto: find out");
  declare_device(a, o.device);
  a.flag("--raw", o.raw, "no preparation: scale the whole picture to the network's input, and nothing else");
  a.flag("--show", o.show, "draw what the network sees");
  a.flag("--json", o.json, "print one JSON array with an object for each picture");
}

struct Prediction {
  Prepared prepared;
  std::vector<std::uint8_t> pixels;   // the network's input
  std::vector<float> probabilities;   // of all classes
  std::vector<std::uint32_t> ranked;  // classes, the likeliest first
};

class Predictor {
 public:
  Predictor(const ModelFile& file, const PredictOptions& options)
      : file_(file),
        machine_(1),
        session_(machine_, file.model(), {.input = InputType::uint8}),
        input_(input_of(file, options)) {
    gpu_ = choose_gpu(options.device, [this](const cuda::Gpu& gpu) { return use(gpu); });
  }

  Outcome<Prediction> operator()(const Image& image) {
    Prediction p{.prepared = {},
                 .pixels = std::vector<std::uint8_t>(input_.shape().count()),
                 .probabilities = std::vector<float>(session_->output_size()),
                 .ranked = std::vector<std::uint32_t>(session_->output_size())};
    const auto prepared = input_(image, p.pixels);
    if (!prepared) return prepared.error();
    p.prepared = *prepared;
    if (const auto ran = run(p.pixels, p.probabilities); !ran) return ran.error();
    to_probabilities(session_->model(), p.probabilities);
    std::iota(p.ranked.begin(), p.ranked.end(), 0u);
    std::stable_sort(p.ranked.begin(), p.ranked.end(), [&](std::uint32_t a, std::uint32_t b) {
      return p.probabilities[a] > p.probabilities[b];
    });
    return p;
  }

  std::string label(std::uint32_t index) const {
    return file_.labels.empty() ? std::to_string(index) : printable(file_.labels[index]);
  }
  const Shape& shape() const { return input_.shape(); }

 private:
  static PictureInput input_of(const ModelFile& file, const PredictOptions& options) {
    if (options.raw) {
      PictureInput input(file.input, {});
      input.use_raw();
      return input;
    }
    PictureInput input = need(PictureInput::of(file));
    if (options.ink != "auto") input.use_ink(options.ink == "dark" ? Ink::dark : Ink::light);
    return input;
  }

  Outcome<std::monostate> use(const cuda::Gpu& gpu) {
    auto session = cuda::CudaSession::create(gpu, file_.model(), InputType::uint8, 1);
    if (!session) return session.error();
    on_gpu_ = std::move(*session);
    return std::monostate{};
  }

  Outcome<std::monostate> run(std::span<const std::uint8_t> pixels, std::span<float> outputs) {
    if (on_gpu_) return on_gpu_->run(pixels, outputs);
    const Status status = session_->run(pixels, outputs);
    if (status != Status::ok)
      return Failure{std::string("the network cannot be run: ") + status_name(status)};
    return std::monostate{};
  }

  const ModelFile& file_;
  Machine machine_;
  OwnedSession session_;
  std::unique_ptr<cuda::Gpu> gpu_;
  std::optional<cuda::CudaSession> on_gpu_;  // on it
  PictureInput input_;
};

// The pictures of a folder, by name.
std::vector<std::string> pictures_in(const std::string& folder) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_regular_file(error) && is_image_file(entry.path().string()))
      found.push_back(entry.path().string());
  }
  if (found.empty())
    fail(fmt::format(
        "{}: there is no picture in this folder (PNG, JPEG, BMP or PNM); folders inside it do not count",
        folder));
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> all_pictures(const std::vector<std::string>& named) {
  std::vector<std::string> all;
  std::error_code error;
  for (const std::string& name : named) {
    if (name != kStandardInput && fs::is_directory(name, error)) {
      for (std::string& path : pictures_in(name)) all.push_back(std::move(path));
    } else {
      all.push_back(name);
    }
  }
  return all;
}

Outcome<Image> load(const std::string& name) {
  return name == kStandardInput ? decode_image(read_standard_input(), "standard input") : read_image(name);
}

class Report {
 public:
  Report(const Predictor& predictor, const PredictOptions& options, std::size_t width)
      : predictor_(predictor), options_(options), width_(width) {}

  void add(const std::string& name, const Prediction& p) {
    if (options_.json) return json_.push_back(object(name, p));
    const std::size_t shown = std::min<std::size_t>(options_.top, p.ranked.size());
    std::string line = fmt::format("{:<{}}  {}  {}", printable(name), width_, predictor_.label(p.ranked[0]),
                                   percent(p.probabilities[p.ranked[0]]));
    std::string others;
    for (std::size_t i = 1; i < shown; ++i)
      others += fmt::format("{}{}: {}", others.empty() ? "" : ", ", predictor_.label(p.ranked[i]),
                            percent(p.probabilities[p.ranked[i]]));
    print_result(others.empty() ? line : line + "  (" + others + ")");
    if (options_.show) print_result(drawing(p));
  }

  void add_failure(const std::string& name, const std::string& message) {
    ++failures_;
    if (options_.json) json_.push_back({{"file", name}, {"error", message}});
    print_note("lentil: " + message);
  }

  int end() const {
    if (options_.json) print_json(json_);
    return failures_ == 0 ? 0 : kFailed;
  }

 private:
  static std::string percent(float probability) { return fmt::format("{:.1f} %", 100 * probability); }

  std::string drawing(const Prediction& p) const {
    const Shape& shape = predictor_.shape();
    return picture_text(std::span(p.pixels).first(shape.plane()), shape.height, shape.width, use_utf8());
  }

  nlohmann::ordered_json object(const std::string& name, const Prediction& p) const {
    nlohmann::ordered_json top = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < std::min<std::size_t>(options_.top, p.ranked.size()); ++i) {
      top.push_back({{"class", p.ranked[i]},
                     {"label", predictor_.label(p.ranked[i])},
                     {"probability", p.probabilities[p.ranked[i]]}});
    }
    const Prepared& f = p.prepared;
    return {{"file", name},
            {"class", p.ranked[0]},
            {"label", predictor_.label(p.ranked[0])},
            {"probability", p.probabilities[p.ranked[0]]},
            {"top", top},
            {"dark_ink", f.dark_ink},
            {"box", {f.x, f.y, f.width, f.height}}};
  }

  const Predictor& predictor_;
  const PredictOptions& options_;
  std::size_t width_;
  nlohmann::ordered_json json_ = nlohmann::ordered_json::array();
  std::size_t failures_ = 0;
};

int run(const Command& command, std::span<const std::string> words) {
  PredictOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  if (options.raw && options.ink != "auto")
    reject("--ink is found out by the preparation, which --raw leaves out: give one of them");
  const std::vector<std::string> pictures = all_pictures(options.pictures);
  const ModelInput model = load_model(options.file);
  Predictor predictor(model.file, options);
  std::size_t width = 0;
  for (const std::string& name : pictures) width = std::max(width, printable(name).size());
  Report report(predictor, options, width);
  for (const std::string& name : pictures) {
    const auto image = load(name);
    if (!image) {
      report.add_failure(name, image.error().message);
      continue;
    }
    const auto prediction = predictor(*image);
    if (prediction) {
      report.add(name, *prediction);
    } else {
      report.add_failure(name, fmt::format("{}: {}", printable(name), prediction.error().message));
    }
  }
  return report.end();
}

}  // namespace

const Command kPredictCommand{"predict", "says which class a model sees in pictures",
                              "  lentil predict digits.lentil photo.jpg\n"
                              "  lentil predict digits.lentil scans/ --top 1\n"
                              "  lentil predict digits.lentil photo.jpg --show\n"
                              "  lentil predict digits.lentil - --json < photo.png\n",
                              run, describe<PredictOptions, declare>};

}  // namespace lentil::tools
