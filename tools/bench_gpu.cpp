#include "tools/bench_gpu.h"

#include <fmt/format.h>
#include <numeric>

#include "formats/host/cuda/session.h"
#include "formats/host/cuda/trainer.h"
#include "tools/call_timer.h"
#include "tools/stop.h"

namespace lentil::tools {
namespace {

BenchTimes time_inference(const cuda::Gpu& gpu, const formats::ModelFile& file, const BenchImages& images,
                          const BenchCase& setting) {
  auto session = need(cuda::CudaSession::create(gpu, file.model(), images.type(), setting.batch));
  std::vector<float> outputs(setting.batch * session.output_size());
  BenchTimes times = time_gpu_calls(setting.seconds, setting.batch, [&](std::size_t i) {
    need(images.with_input(i, [&](auto input) { return session.run(input, outputs); }));
  });
  times.arena = session.device_bytes();
  return times;
}

// Images that fill no batch are left out: all steps shall do the same work.
BenchTimes time_training(const cuda::Gpu& gpu, const formats::ModelFile& file, const BenchImages& images,
                         const BenchCase& setting) {
  if (images.count() < setting.batch)
    fail(fmt::format("there are {} images for a step of {}; take a smaller --batch", images.count(),
                     setting.batch));
  const PlanOptions options{.mode = Mode::train, .input = InputType::uint8, .batch = setting.batch};
  auto trainer = need(cuda::CudaTrainer::create(gpu, file.model(), options, setting.batch, 1));
  need(trainer.use_images(images.all_pixels(), images.all_labels()));
  std::vector<std::uint32_t> order(images.count() / setting.batch * setting.batch);
  std::iota(order.begin(), order.end(), 0u);
  const std::vector<Sgd> sgd(trainer.steps_of(order.size()), {.rate = 1e-6f, .momentum = 0.9f});
  BenchTimes times =
      time_gpu_calls(setting.seconds, order.size(), [&](std::size_t) { need(trainer.run(order, sgd)); });
  times.p50 /= static_cast<double>(sgd.size());
  times.p99 /= static_cast<double>(sgd.size());
  times.arena = trainer.device_bytes();
  return times;
}

}  // namespace

BenchTimes time_gpu_calls(double seconds, std::size_t images, const std::function<void(std::size_t)>& call) {
  CallTimer warm_up(call), timer(call);
  warm_up.run(seconds / 10);  // clocks rise, and steps are recorded
  timer.run(seconds);
  const std::size_t calls = timer.times().size();
  return {.calls = calls,
          .p50 = median(timer.times()),
          .p99 = quantile(timer.times(), 0.99),
          .images_per_second = static_cast<double>(calls * images) / timer.total()};
}

BenchTimes measure(const cuda::Gpu& gpu, const formats::ModelFile& file, const BenchImages& images,
                   const BenchCase& setting) {
  return setting.mode == Mode::train ? time_training(gpu, file, images, setting)
                                     : time_inference(gpu, file, images, setting);
}

}  // namespace lentil::tools
