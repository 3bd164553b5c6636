#include "formats/host/cuda_vendor/session.h"
#include "tools/bench_gpu.h"
#include "tools/stop.h"

namespace lentil::tools {
namespace {

// The first batch, as the network's input. Dense arithmetic takes as long with any other.
std::vector<float> normalized(const Model& model, const BenchImages& images) {
  const bool pixels = images.type() == InputType::uint8;
  std::vector<float> input;
  images.with_input(0, [&](auto values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto value = static_cast<float>(values[i]);
      const std::size_t channel = i / model.input.plane() % model.input.channels;
      const std::size_t c = model.normalization_index(static_cast<std::uint32_t>(channel));
      input.push_back(pixels ? (value / 255 - model.normalization.mean[c]) / model.normalization.std[c]
                             : value);
    }
  });
  return input;
}

}  // namespace

BenchTimes measure_vendor(const cuda::Gpu& gpu, const formats::ModelFile& file, const BenchImages& images,
                          const BenchCase& setting) {
  auto session = need(cuda_vendor::VendorSession::create(gpu, file.model(), setting.batch));
  const std::vector<float> input = normalized(file.model(), images);
  std::vector<float> outputs(setting.batch * session.output_size());
  BenchTimes times =
      time_gpu_calls(setting.seconds, setting.batch, [&](std::size_t) { need(session.run(input, outputs)); });
  times.arena = session.device_bytes();
  return times;
}

}  // namespace lentil::tools
