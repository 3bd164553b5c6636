#include "tools/golden.h"

#include <algorithm>

#include "formats/host/samples.h"
#include "tools/magnitude.h"
#include "tools/stop.h"

namespace lentil::tools {
namespace {

constexpr std::uint32_t kSamples = 16;

}  // namespace

std::vector<formats::Sample> make_golden(Machine& machine, const formats::ModelFile& file) {
  std::vector<formats::Sample> samples = formats::drawn_samples(file, kSamples);
  for (formats::Sample& sample : samples)
    sample.outputs = need(formats::run_sample(machine.kernels(), file, sample));
  return samples;
}

GoldenCheck check_golden(Machine& machine, const formats::ModelFile& file) {
  return check_golden(file, [&](const formats::Sample& sample) {
    return formats::run_sample(machine.kernels(), file, sample);
  });
}

GoldenCheck check_golden(const formats::ModelFile& file, const RunSample& run) {
  GoldenCheck check;
  for (const formats::Sample& sample : file.golden) {
    const std::vector<float> outputs = need(run(sample));
    if (outputs.size() != sample.outputs.size())
      fail("a golden sample has outputs of another size than the network");
    double largest = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      largest = std::max(largest, magnitude(double{outputs[i]} - double{sample.outputs[i]}));
    }
    ++check.samples;
    check.equal += largest == 0;
    check.largest_difference = std::max(check.largest_difference, largest);
  }
  return check;
}

}  // namespace lentil::tools
