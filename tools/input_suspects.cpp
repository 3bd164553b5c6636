#include "tools/input_suspects.h"

#include <array>

#include "formats/import/input_line.h"

namespace lentil::tools {
namespace {

using namespace formats;

constexpr std::uint32_t kBatch = 64;
constexpr double kMuchBetter = 0.8;  // of the loss

struct Scaling {
  const char *what, *flag;
  float mean, std;
};
constexpr std::array kScalings{
    Scaling{"pixel / 255", "--normalize div255", 0, 1},
    Scaling{"(pixel / 255 - 0.1307) / 0.3081", "--normalize 0.1307,0.3081", 0.1307f, 0.3081f},
    Scaling{"(pixel / 255 - 0.5) / 0.5", "--normalize 0.5,0.5", 0.5f, 0.5f},
    Scaling{"pixel / 255 - 0.5", "--normalize 0.5,1", 0.5f, 1},
    Scaling{"pixels from 0 to 255", "--normalize raw", 0, 1.0f / 255}};

ModelFile scaled(ModelFile file, const Scaling& scaling) {
  file.normalization.mean.fill(scaling.mean);
  file.normalization.std.fill(scaling.std);
  return file;
}

}  // namespace

std::vector<Suspect> input_suspects(const ModelFile& file) {
  std::vector<Suspect> suspects;
  for (const Scaling& scaling : kScalings) {
    const Normalization& n = file.normalization;
    if (n.mean[0] != scaling.mean || n.std[0] != scaling.std)
      suspects.push_back({scaling.what, scaling.flag, scaled(file, scaling)});
    Suspect inverted{std::string("dark ink on white, ") + scaling.what,
                     std::string(scaling.flag) + " --invert", scaled(file, scaling)};
    invert_input(inverted.file);
    suspects.push_back(std::move(inverted));
  }
  return suspects;
}

std::optional<BetterSuspect> better_suspect(Machine& machine, const ModelFile& file,
                                            const std::vector<Suspect>& suspects, const Dataset& data) {
  const TestResult now = test_model(machine, file, data, kBatch);
  std::optional<BetterSuspect> best;
  for (const Suspect& suspect : suspects) {
    TestResult test = test_model(machine, suspect.file, data, kBatch);
    const double limit = best ? best->test.loss : now.loss * kMuchBetter;
    if (test.loss < limit && test.correct >= now.correct) best = BetterSuspect{&suspect, std::move(test)};
  }
  return best;
}

}  // namespace lentil::tools
