#include "formats/host/cuda/session.h"

#include <algorithm>
#include <cstring>

namespace lentil::cuda {
namespace {

constexpr std::uint32_t kSlots = 2;  // the GPU has one, the host the other

}  // namespace

Outcome<CudaSession> CudaSession::create(const Gpu& gpu, const Model& model, InputType input,
                                         std::uint32_t batch) {
  if (batch == 0) return Failure{"a batch needs at least one image"};
  auto network = Network::create(gpu, model, {.input = input});
  if (!network) return network.error();
  auto stream = Stream::create(gpu);
  if (!stream) return stream.error();
  CudaSession session(std::move(*network), std::move(*stream));
  session.batch_ = batch;
  if (auto allocated = session.allocate(); !allocated) return allocated.error();
  if (auto uploaded = session.upload(); !uploaded) return uploaded.error();
  return session;
}

std::size_t CudaSession::image_bytes() const {
  const Program& program = network_.program();
  return program.inputs * (program.input == InputKind::uint8 ? sizeof(std::uint8_t) : sizeof(float));
}

Outcome<std::monostate> CudaSession::allocate() {
  const Program& program = network_.program();
  ArenaLayout staged;
  staged.add(batch_, image_bytes());
  staged_outputs_ = staged.add(batch_, program.outputs * sizeof(float));
  ArenaLayout layout;
  at_.program = layout.add(program.bytes, 1);
  at_.parameters = layout.add(program.parameters, sizeof(float));
  at_.prepared = layout.add(program.prepared, sizeof(float));
  at_.images = layout.add(in_place() ? 0 : batch_, image_bytes());
  at_.outputs = layout.add(in_place() ? 0 : batch_, program.outputs * sizeof(float));
  at_.slabs = layout.add(network_.slab_bytes(batch_), 1);
  auto memory = DeviceMemory::allocate(network_.gpu(), layout.bytes());
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
  const std::size_t images = input.size() / image_bytes();
  if (images * image_bytes() != input.size() || images * output_size() != output.size()) {
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
  const std::size_t first = std::size_t{chunk} * batch_ * image_bytes();
  const auto part = input.subspan(first, std::min(batch_ * image_bytes(), input.size() - first));
  const std::uint32_t slot = chunk % kSlots;
  staging_.wait(slot, stream_);
  if (stream_.failure()) return;
  const auto staged = staging_.slot(slot);
  std::memcpy(staged.data(), part.data(), part.size());

  const auto count = static_cast<std::uint32_t>(part.size() / image_bytes());
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
