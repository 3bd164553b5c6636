#include "tools/crossover.h"

#include <algorithm>
#include <functional>

#include "formats/host/cuda/session.h"
#include "tools/call_timer.h"
#include "tools/self_test.h"

namespace lentil::tools {
namespace {

constexpr double kSeconds = 0.01;   // of calls that are timed
constexpr double kWarmUp = 0.02;    // before them: clocks rise
constexpr double kSaturated = 1.8;  // so many times as long as for half the images: it has all its work

// Both are asked to run the first images of the same ones.
class Contest {
 public:
  Contest(const cuda::Gpu& gpu, Machine& machine)
      : gpu_(gpu),
        machine_(machine),
        outputs_(Crossover::kMost * output_count(question_.lenet.model())),
        pixels_(Crossover::kMost * question_.digits.image_size()) {
    for (std::size_t i = 0; i < pixels_.size(); ++i)
      pixels_[i] = question_.digits.pixels[i % question_.digits.pixels.size()];
  }

  std::optional<double> gpu_seconds(std::uint32_t batch) {
    auto session = cuda::CudaSession::create(gpu_, question_.lenet.model(), InputType::uint8, batch);
    if (!session) return std::nullopt;
    return seconds([&] { return static_cast<bool>(session->run(pixels(batch), outputs(batch))); });
  }
  std::optional<double> cpu_seconds(std::uint32_t batch) {
    OwnedSession session(machine_, question_.lenet.model(), {.input = InputType::uint8, .batch = batch});
    return seconds([&] { return session->run(pixels(batch), outputs(batch)) == Status::ok; });
  }

 private:
  std::span<const std::uint8_t> pixels(std::uint32_t batch) const {
    return std::span(pixels_).first(batch * question_.digits.image_size());
  }
  std::span<float> outputs(std::uint32_t batch) {
    return std::span(outputs_).first(outputs_.size() / Crossover::kMost * batch);
  }

  // The median of some calls.
  std::optional<double> seconds(const std::function<bool()>& run) {
    bool ran = true;
    const auto call = [&](std::size_t) { ran = run() && ran; };
    CallTimer warm_up(call), timer(call);
    warm_up.run(kWarmUp);
    timer.run(kSeconds);
    if (!ran) return std::nullopt;
    return double{median(timer.times())};
  }

  const cuda::Gpu& gpu_;
  Machine& machine_;
  const SelfTestQuestion question_;
  std::vector<float> outputs_;
  std::vector<std::uint8_t> pixels_;
};

}  // namespace

// A GPU that is slower and has all the work that it can do at a time stays slower.
std::optional<Crossover> find_crossover(const cuda::Gpu& gpu, Machine& machine) {
  Contest contest(gpu, machine);
  double before = 0;
  for (std::uint32_t batch = 1; batch <= Crossover::kMost; batch *= 2) {
    const auto on_gpu = contest.gpu_seconds(batch), on_cpu = contest.cpu_seconds(batch);
    if (!on_gpu || !on_cpu) return std::nullopt;
    if (*on_gpu < *on_cpu) return Crossover{batch};
    if (before > 0 && *on_gpu > kSaturated * before) break;
    before = *on_gpu;
  }
  return Crossover{};
}

}  // namespace lentil::tools
