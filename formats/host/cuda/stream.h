// Work for a GPU in the order in which it is given.
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "formats/host/cuda/memory.h"

namespace lentil::cuda {

// How a kernel is launched: `blocks` of `threads`, each with so many bytes of shared memory.
struct Launch {
  EntryPoint kernel;
  std::uint32_t blocks;
  std::uint32_t threads;
  std::size_t shared_bytes = 0;
};

// After a first failure nothing more is handed to the GPU, and wait() tells that failure from then on. So
// callers look once, at the end.
class Stream {
 public:
  static Outcome<Stream> create(const Gpu& gpu);
  Stream(Stream&&) = default;
  Stream& operator=(Stream&&) = default;
  ~Stream();  // waits for the GPU: what it still uses may go afterwards

  // The memory of the host must stay as it is until the copy is done.
  void copy_in(DeviceAddress to, std::span<const std::byte> from);
  void copy_out(std::span<std::byte> to, DeviceAddress from);
  void clear(DeviceAddress at, std::size_t bytes);

  // The kernel's two arguments: the program, and a struct of kernels/cuda/program.h.
  template <class Arguments>
  void launch(const Launch& launch, DeviceAddress program, Arguments arguments) {
    void* parameters[] = {&program, &arguments};
    launch_with(launch, parameters);
  }

  Outcome<std::monostate> wait();
  const std::optional<Failure>& failure() const { return failure_; }

 private:
  friend class Graph;
  friend class StagingRing;
  static void destroy(const Gpu& gpu, StreamHandle stream) { gpu.driver()->stream_destroy(stream); }
  explicit Stream(const Gpu& gpu) : gpu_(&gpu) {}
  bool ready();  // no failure so far, and the GPU is the calling thread's
  void note(const char* doing, Code code);
  void launch_with(const Launch& launch, void** parameters);

  const Gpu* gpu_;
  Owned<StreamHandle, destroy> stream_;
  std::optional<Failure> failure_;
};

// A recorded sequence of work, to be launched again and again in one piece.
class Graph {
 public:
  // What `work` gives to the stream is recorded and not done. Empty if the driver cannot record it: then the
  // work is to be given to the stream each time.
  static Graph record(Stream& stream, const std::function<void()>& work);
  explicit operator bool() const { return static_cast<bool>(run_); }
  void launch(Stream& stream) const;

 private:
  static void destroy(const Gpu& gpu, GraphHandle graph) { gpu.driver()->graph_destroy(graph); }
  static void destroy_run(const Gpu& gpu, GraphRunHandle run) { gpu.driver()->graph_run_destroy(run); }
  Owned<GraphRunHandle, destroy_run> run_;
};

// Pinned memory for what goes to the GPU and comes back, in slots that are used in turn. Whoever writes or
// reads a slot waits first until the GPU is done with it.
class StagingRing {
 public:
  static Outcome<StagingRing> create(const Gpu& gpu, std::size_t slot_bytes, std::uint32_t slots);
  std::span<std::byte> slot(std::uint32_t i) const {
    return memory_.bytes().subspan(i * stride_, slot_bytes_);
  }
  DeviceAddress device_address(std::uint32_t i) const { return memory_.device_address() + i * stride_; }
  // The GPU is done with the slot when it is done with all that the stream has so far.
  void mark(std::uint32_t i, Stream& stream);
  void wait(std::uint32_t i, Stream& stream);

 private:
  static void destroy(const Gpu& gpu, EventHandle event) { gpu.driver()->event_destroy(event); }
  struct Slot {
    Owned<EventHandle, destroy> done;
    bool marked = false;
  };

  HostMemory memory_;
  std::vector<Slot> slots_;
  std::size_t slot_bytes_ = 0, stride_ = 0;
};

}  // namespace lentil::cuda
