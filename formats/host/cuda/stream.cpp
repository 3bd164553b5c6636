#include "formats/host/cuda/stream.h"

#include "formats/host/cuda/driver_codes.h"

namespace lentil::cuda {

Outcome<Stream> Stream::create(const Gpu& gpu) {
  Stream result(gpu);
  StreamHandle stream = nullptr;
  Code code = gpu.enter();
  if (code == kSuccess) code = gpu.driver()->stream_create(&stream, kStreamNonBlocking);
  if (code != kSuccess) return gpu.failure("making a stream", code);
  result.stream_ = {gpu, stream};
  return result;
}

Stream::~Stream() {
  if (!stream_) return;
  gpu_->enter();
  gpu_->driver()->stream_wait(stream_.get());
}

bool Stream::ready() {
  if (failure_) return false;
  note("choosing the GPU", gpu_->enter());
  return !failure_;
}

void Stream::note(const char* doing, Code code) {
  if (code != kSuccess && !failure_) failure_ = gpu_->failure(doing, code);
}

void Stream::copy_in(DeviceAddress to, std::span<const std::byte> from) {
  if (from.empty() || !ready()) return;
  note("copying to the GPU", gpu_->driver()->copy_in(to, from.data(), from.size(), stream_.get()));
}

void Stream::copy_out(std::span<std::byte> to, DeviceAddress from) {
  if (to.empty() || !ready()) return;
  note("copying from the GPU", gpu_->driver()->copy_out(to.data(), from, to.size(), stream_.get()));
}

void Stream::clear(DeviceAddress at, std::size_t bytes) {
  if (bytes == 0 || !ready()) return;
  note("clearing memory", gpu_->driver()->fill(at, 0, bytes, stream_.get()));
}

void Stream::launch_with(const Launch& launch, void** parameters) {
  if (launch.blocks == 0 || !ready()) return;
  note(
      "starting a kernel",
      gpu_->driver()->launch(gpu_->kernel(launch.kernel), launch.blocks, 1, 1, launch.threads, 1, 1,
                             static_cast<unsigned>(launch.shared_bytes), stream_.get(), parameters, nullptr));
}

// After a failure, too: what was handed over before may still use the caller's memory.
Outcome<std::monostate> Stream::wait() {
  note("choosing the GPU", gpu_->enter());
  note("running the kernels", gpu_->driver()->stream_wait(stream_.get()));
  if (failure_) return *failure_;
  return std::monostate{};
}

Graph Graph::record(Stream& stream, const std::function<void()>& work) {
  const Gpu& gpu = *stream.gpu_;
  Graph result;
  if (!gpu.driver().has_graphs() || !stream.ready()) return result;
  if (gpu.driver()->capture_begin(stream.stream_.get(), kCaptureThreadLocal) != kSuccess) return result;
  work();
  GraphHandle recorded = nullptr;
  const Code ended = gpu.driver()->capture_end(stream.stream_.get(), &recorded);
  // Nothing has been done yet: what could not be recorded is for the caller to try without.
  const bool complete = !stream.failure_;
  stream.failure_.reset();
  if (ended != kSuccess || recorded == nullptr) return result;
  const Owned<GraphHandle, destroy> graph(gpu, recorded);
  if (!complete) return result;
  GraphRunHandle run = nullptr;
  if (gpu.driver()->graph_instantiate(&run, recorded, 0) == kSuccess && run != nullptr)
    result.run_ = {gpu, run};
  return result;
}

void Graph::launch(Stream& stream) const {
  if (!stream.ready()) return;
  stream.note("starting recorded kernels",
              stream.gpu_->driver()->graph_launch(run_.get(), stream.stream_.get()));
}

Outcome<StagingRing> StagingRing::create(const Gpu& gpu, std::size_t slot_bytes, std::uint32_t slots) {
  ArenaLayout layout;
  StagingRing result;
  result.slot_bytes_ = slot_bytes;
  for (std::uint32_t i = 0; i < slots; ++i) {
    const std::size_t offset = layout.add(slot_bytes, 1);
    if (i == 1) result.stride_ = offset;
    EventHandle event = nullptr;
    Code code = gpu.enter();
    if (code == kSuccess)
      code =
          gpu.driver()->event_create(&event, kEventDisableTiming | (gpu.blocks() ? kEventBlockingSync : 0u));
    if (code != kSuccess) return gpu.failure("making an event", code);
    result.slots_.push_back({.done = {gpu, event}});
  }
  auto memory = HostMemory::allocate(gpu, layout.bytes());
  if (!memory) return memory.error();
  result.memory_ = std::move(*memory);
  return result;
}

void StagingRing::mark(std::uint32_t i, Stream& stream) {
  if (!stream.ready()) return;
  stream.note("recording an event",
              stream.gpu_->driver()->event_record(slots_[i].done.get(), stream.stream_.get()));
  slots_[i].marked = true;
}

void StagingRing::wait(std::uint32_t i, Stream& stream) {
  if (!slots_[i].marked || !stream.ready()) return;
  stream.note("running the kernels", stream.gpu_->driver()->event_wait(slots_[i].done.get()));
  slots_[i].marked = false;
}

}  // namespace lentil::cuda
