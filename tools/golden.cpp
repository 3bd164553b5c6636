#include "tools/golden.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "formats/host/synth.h"
#include "tools/network.h"
#include "tools/stop.h"

namespace lentil::tools {
namespace {

constexpr std::uint32_t kSamples = 16;

// Pixels and floats need a plan each.
class GoldenRunner {
 public:
  GoldenRunner(Machine& machine, const formats::ModelFile& file) : machine_(machine), file_(file) {}

  std::vector<float> run(const formats::Sample& sample) {
    if (sample.pixels.empty()) return run(floats_, InputType::float32, std::span(sample.values));
    return run(pixels_, InputType::uint8, std::span(sample.pixels));
  }

 private:
  template <class T>
  std::vector<float> run(std::optional<OwnedSession>& session, InputType type, std::span<const T> input) {
    if (!session) session.emplace(machine_, file_.model(), PlanOptions{.input = type});
    std::vector<float> outputs((*session)->output_size());
    const Status status = (*session)->run(input, outputs);
    if (status != Status::ok) fail(std::string("a golden sample cannot be run: ") + status_name(status));
    return outputs;
  }

  Machine& machine_;
  const formats::ModelFile& file_;
  std::optional<OwnedSession> pixels_, floats_;
};

double difference(float a, float b) {
  const double d = std::abs(double{a} - double{b});
  return std::isnan(d) ? std::numeric_limits<double>::infinity() : d;
}

}  // namespace

std::vector<formats::Sample> make_golden(Machine& machine, const formats::ModelFile& file) {
  using namespace formats;
  if (!takes_drawn_digits(file)) return {};
  const bool tells_digits = output_count(file.model()) == kDigitClasses;
  const Dataset digits = synth_dataset(kSamples, kSynthSeed, SynthPart::extra);
  GoldenRunner runner(machine, file);
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto pixels = digits.image(i);
    Sample sample{.pixels = {pixels.begin(), pixels.end()}, .values = {}, .outputs = {}};
    if (tells_digits) sample.label = digits.labels[i];
    sample.outputs = runner.run(sample);
    samples.push_back(std::move(sample));
  }
  return samples;
}

GoldenCheck check_golden(Machine& machine, const formats::ModelFile& file) {
  GoldenRunner runner(machine, file);
  GoldenCheck check;
  for (const formats::Sample& sample : file.golden) {
    const std::vector<float> outputs = runner.run(sample);
    if (outputs.size() != sample.outputs.size())
      fail("a golden sample has outputs of another size than the network");
    double largest = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      largest = std::max(largest, difference(outputs[i], sample.outputs[i]));
    }
    ++check.samples;
    check.equal += largest == 0;
    check.largest_difference = std::max(check.largest_difference, largest);
  }
  return check;
}

}  // namespace lentil::tools
