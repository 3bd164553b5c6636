#include "formats/host/cuda/session.h"

#include <algorithm>
#include <cstring>

namespace lentil::cuda {
namespace {

constexpr std::uint32_t kSlots = 2;  // the GPU has one, the host the other

}  // namespace

CudaSession::Offsets::Offsets(const Network& network, std::uint32_t batch) {
  const Program& p = network.program();
  const std::uint32_t copied = network.uses_host_memory() ? 0 : batch;
  ArenaLayout layout;
  program = layout.add(p.bytes, 1);
  parameters = layout.add(p.parameters, sizeof(float));
  prepared = layout.add(p.prepared, sizeof(float));
  images = layout.add(copied, network.input_bytes());
  outputs = layout.add(copied, p.outputs * sizeof(float));
  slabs = layout.add(network.slab_bytes(batch), 1);
  bytes = layout.bytes();
}

Outcome<std::size_t> CudaSession::device_bytes(const Gpu& gpu, const Model& model, InputType input,
                                               std::uint32_t batch) {
  const auto network = Network::create(gpu, model, {.input = input});
  if (!network) return network.error();
  return Offsets(*network, batch).bytes;
}

Outcome<CudaSession> CudaSession::create(const Gpu& gpu, const Model& model, InputType input,
                                         std::uint32_t batch, const DeviceArena& arena) {
  if (batch == 0) return Failure{"a batch needs at least one image"};
  auto network = Network::create(gpu, model, {.input = input});
  if (!network) return network.error();
  auto stream = Stream::create(gpu);
  if (!stream) return stream.error();
  CudaSession session(std::move(*network), std::move(*stream), batch);
  if (auto allocated = session.allocate(arena); !allocated) return allocated.error();
  if (auto uploaded = session.upload(); !uploaded) return uploaded.error();
  return session;
}

Outcome<std::monostate> CudaSession::allocate(const DeviceArena& arena) {
  ArenaLayout staged;
  staged.add(batch_, network_.input_bytes());
  staged_outputs_ = staged.add(batch_, output_size() * sizeof(float));
  auto memory = DeviceMemory::provide(network_.gpu(), at_.bytes, arena);
  if (!memory) return memory.error();
  memory_ = std::move(*memory);
  auto staging = StagingRing::create(network_.gpu(), staged.bytes(), kSlots);
  if (!staging) return staging.error();
  staging_ = std::move(*staging);
  return std::monostate{};
}

Outcome<std::monostate> CudaSession::upload() {
  const std::vector<float> parameters = network_.parameters();
  stream_.copy_in(memory_.at(at_.program), network_.program_bytes());
  stream_.copy_in(memory_.at(at_.parameters), std::as_bytes(std::span(parameters)));
  stream_.launch(network_.rows(), memory_.at(at_.program),
                 RowsArgs{.parameters = device_pointer<float>(memory_.at(at_.parameters)),
                          .prepared = device_pointer<float>(memory_.at(at_.prepared))});
  return stream_.wait();
}

Outcome<std::monostate> CudaSession::run(std::span<const float> input, std::span<float> output) {
  return run_checked(std::as_bytes(input), output, InputKind::float32);
}

Outcome<std::monostate> CudaSession::run(std::span<const std::uint8_t> pixels, std::span<float> output) {
  return run_checked(std::as_bytes(pixels), output, InputKind::uint8);
}

Outcome<std::monostate> CudaSession::run_checked(std::span<const std::byte> input, std::span<float> output,
                                                 InputKind kind) {
  if (kind != network_.program().input)
    return Failure{std::string("the network was made for ") + (kind == InputKind::uint8
                                                                   ? "floats, and pixels were given"
                                                                   : "pixels, and floats were given")};
  const std::size_t images = input.size() / network_.input_bytes();
  if (images * network_.input_bytes() != input.size() || images * output_size() != output.size()) {
    return Failure{"an image has " + std::to_string(network_.program().inputs) + " values and " +
                   std::to_string(output_size()) + " outputs; the sizes given are no multiples of these"};
  }
  const auto chunks = static_cast<std::uint32_t>((images + batch_ - 1) / batch_);
  for (std::uint32_t chunk = 0; chunk <= chunks; ++chunk) {
    if (chunk < chunks) start(input, chunk);
    if (chunk > 0) collect(output, chunk - 1);
  }
  if (stream_.failure()) return *stream_.failure();
  return std::monostate{};
}

void CudaSession::start(std::span<const std::byte> input, std::uint32_t chunk) {
  const std::size_t first = std::size_t{chunk} * batch_ * network_.input_bytes();
  const auto part = input.subspan(first, std::min(batch_ * network_.input_bytes(), input.size() - first));
  const std::uint32_t slot = chunk % kSlots;
  staging_.wait(slot, stream_);
  if (stream_.failure()) return;
  const auto staged = staging_.slot(slot);
  std::memcpy(staged.data(), part.data(), part.size());

  const auto count = static_cast<std::uint32_t>(part.size() / network_.input_bytes());
  const std::size_t output_bytes = count * output_size() * sizeof(float);
  const DeviceAddress images = in_place() ? staging_.device_address(slot) : memory_.at(at_.images);
  const DeviceAddress outputs =
      in_place() ? staging_.device_address(slot) + staged_outputs_ : memory_.at(at_.outputs);
  if (!in_place()) stream_.copy_in(images, staged.first(part.size()));
  stream_.launch(network_.images(count), memory_.at(at_.program),
                 ImagesArgs{.outputs = device_pointer<float>(outputs),
                            .parameters = device_pointer<float>(memory_.at(at_.parameters)),
                            .prepared = device_pointer<float>(memory_.at(at_.prepared)),
                            .images = device_pointer<void>(images),
                            .slabs = network_.slabs_or_none(memory_.at(at_.slabs)),
                            .count = count});
  if (!in_place()) stream_.copy_out(staged.subspan(staged_outputs_, output_bytes), outputs);
  staging_.mark(slot, stream_);
}

void CudaSession::collect(std::span<float> output, std::uint32_t chunk) {
  const std::uint32_t slot = chunk % kSlots;
  staging_.wait(slot, stream_);
  if (stream_.failure()) return;
  const std::size_t first = std::size_t{chunk} * batch_ * output_size();
  const auto part = output.subspan(first, std::min(batch_ * output_size(), output.size() - first));
  std::memcpy(part.data(), staging_.slot(slot).data() + staged_outputs_, part.size_bytes());
}

}  // namespace lentil::cuda
