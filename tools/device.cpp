#include "tools/device.h"

#include <algorithm>
#include <fmt/format.h>
#include <optional>

#include "formats/host/cuda/session.h"
#include "tools/output.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

using formats::Outcome;

constexpr std::string_view kAuto = "auto", kCuda = "cuda";

// The number behind "cuda:"; 0 for "cuda".
std::optional<int> ordinal_of(std::string_view device) {
  if (device == kCuda || device == kAuto) return 0;
  if (!device.starts_with("cuda:")) return std::nullopt;
  device.remove_prefix(5);
  const auto ordinal = number_in<int>(device);
  return ordinal.value_or(-1) < 0 ? std::nullopt : ordinal;
}

Outcome<std::unique_ptr<cuda::Gpu>> open_gpu(int ordinal, const OnGpu& make) {
  const auto driver = cuda::Driver::load();
  if (!driver) return driver.error();
  auto gpu = cuda::Gpu::open(*driver, ordinal);
  if (!gpu || !make) return gpu;
  if (const auto made = make(**gpu); !made) return made.error();
  return gpu;
}

Outcome<std::vector<float>> run_sample(const cuda::Gpu& gpu, const formats::ModelFile& file,
                                       const formats::Sample& sample) {
  const bool floats = sample.pixels.empty();
  auto session =
      cuda::CudaSession::create(gpu, file.model(), floats ? InputType::float32 : InputType::uint8, 1);
  if (!session) return session.error();
  std::vector<float> outputs(session->output_size());
  const auto ran = floats ? session->run(std::span(sample.values), outputs)
                          : session->run(std::span(sample.pixels), outputs);
  if (!ran) return ran.error();
  return outputs;
}

}  // namespace

void declare_device(Arguments& arguments, std::string& device) {
  arguments.text("--device", "cpu|cuda|cuda:N|auto", device,
                 "a GPU gives the same bits; auto: a GPU if one can be used, else the CPU");
}

std::unique_ptr<cuda::Gpu> choose_gpu(const std::string& device, const OnGpu& make) {
  if (device == kCpu) return nullptr;
  const auto ordinal = ordinal_of(device);
  if (!ordinal) {
    const std::vector<std::string> words{kCpu, std::string(kCuda), std::string(kAuto)};
    reject(fmt::format("--device takes cpu, cuda, cuda:N (N counts GPUs from 0) or auto, not '{}'{}", device,
                       did_you_mean(device, words)));
  }
  auto gpu = open_gpu(*ordinal, make);
  if (gpu) return std::move(*gpu);
  if (device != kAuto) fail(fmt::format("--device {}: {}", device, gpu.error().message));
  print_note(fmt::format("running on the CPU: {}", gpu.error().message));
  return nullptr;
}

OnGpu can_run(const formats::ModelFile& file) {
  return [&](const cuda::Gpu& gpu) -> Outcome<std::monostate> {
    const auto network = cuda::Network::create(gpu, file.model(), {.input = InputType::uint8});
    if (!network) return network.error();
    return std::monostate{};
  };
}

std::string Place::name() const { return gpu == nullptr ? kCpu : gpu->title(); }

std::string Place::title() const {
  return gpu == nullptr ? fmt::format("{} with {} threads", machine.isa(), machine.threads()) : gpu->title();
}

formats::TestResult test_model(const Place& place, const formats::ModelFile& file,
                               const formats::Dataset& data, std::uint32_t batch) {
  if (place.gpu == nullptr) return test_model(place.machine, file, data, batch);
  const auto most = static_cast<std::uint32_t>(std::clamp<std::size_t>(data.size(), 1, batch));
  const Model model = file.model();
  cuda::CudaSession session = need(cuda::CudaSession::create(*place.gpu, model, InputType::uint8, most));
  const formats::Runner runner{model, session.output_size(), most,
                               [&](std::span<const std::uint8_t> pixels, std::span<float> outputs) {
                                 return session.run(pixels, outputs);
                               }};
  return need(formats::test(runner, data));
}

GoldenCheck check_golden(const Place& place, const formats::ModelFile& file) {
  if (place.gpu == nullptr) return check_golden(place.machine, file);
  return check_golden(file,
                      [&](const formats::Sample& sample) { return run_sample(*place.gpu, file, sample); });
}

}  // namespace lentil::tools
