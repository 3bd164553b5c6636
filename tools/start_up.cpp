#include "tools/start_up.h"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

#include "formats/crc32.h"
#include "formats/model_writer.h"
#include "tools/stop.h"
#include "tools/timing.h"

namespace lentil::tools {
namespace {

constexpr std::size_t kLeastRepeats = 5;

using Bytes = std::span<const std::byte>;

// A file's bytes without a copy, as a program on a device has them.
class MappedFile {
 public:
  MappedFile(const std::string& path, std::size_t size) : size_(size) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
      address_ = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
      ::close(file);
    }
    if (address_ == MAP_FAILED) fail(path + ": cannot be mapped into memory");
  }
  ~MappedFile() { ::munmap(address_, size_); }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  Bytes bytes() const { return {static_cast<const std::byte*>(address_), size_}; }

 private:
  void* address_ = MAP_FAILED;
  std::size_t size_;
};

template <class Call>
auto timed(std::vector<float>& times, Call call) {
  const Stopwatch watch;
  auto result = call();
  times.push_back(static_cast<float>(watch.seconds()));
  return result;
}

class StartUpTimer {
 public:
  StartUpTimer(const Model& model, Goal goal)
      : options_{.goal = goal, .input = InputType::uint8},
        arena_(std::max(plan_memory_bytes(model), arena_bytes(*OwnedPlan(model, options_)))) {}

  void start(Bytes bytes) {
    const Model model = need(timed(open_, [&] { return formats::read_model(bytes); }), "the file");
    const Plan* plan = need(timed(plan_, [&] { return lentil::plan(model, options_, arena_); }), "the plan");
    need(timed(pack_, [&] { return Session::create(model, *plan, machine_.kernels(), arena_); }),
         "the session");
    // Behind the rest: the bytes are in the caches now, and `open_` had to get them there.
    checksum_sink_ = timed(checksum_, [&] { return formats::crc32(bytes); });
  }

  void start_mapped(const std::string& path, std::size_t size) {
    const Stopwatch watch;
    const MappedFile file(path, size);
    map_.push_back(static_cast<float>(watch.seconds()));
    start(file.bytes());
  }

  std::size_t repeats() const { return open_.size(); }

  StartUp medians() const {
    StartUp times{.map = {},
                  .open = median(open_),
                  .checksum = median(checksum_),
                  .plan = median(plan_),
                  .pack = median(pack_)};
    if (!map_.empty()) times.map = median(map_);
    return times;
  }

 private:
  Machine machine_{1};
  PlanOptions options_;
  formats::AlignedBytes arena_;
  std::vector<float> map_, open_, checksum_, plan_, pack_;
  volatile std::uint32_t checksum_sink_ = 0;
};

}  // namespace

StartUp measure_start_up(const std::string& path, const formats::ModelFile& file, Goal goal, double seconds) {
  StartUpTimer timer(file.model(), goal);
  const formats::AlignedBytes bytes = path.empty() ? formats::write_model(file) : formats::AlignedBytes();
  const std::size_t size = path.empty() ? bytes.size() : std::filesystem::file_size(path);
  const Stopwatch all;
  do {
    if (path.empty()) {
      timer.start(bytes);
    } else {
      timer.start_mapped(path, size);
    }
  } while (all.seconds() < seconds || timer.repeats() < kLeastRepeats);
  return timer.medians();
}

}  // namespace lentil::tools
