// Watches every access of emulated CUDA threads to memory: races between two barriers, races between blocks,
// values that nobody wrote, places outside of an array.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace lentil::cuda {

// What a thread number can be besides a thread: nobody, several, or all of them outside of a loop.
inline constexpr std::int32_t kNobody = -1, kSeveral = -2, kEveryThread = -3;

// Elements of one size that kernels may touch, with who touched them last.
class WatchedArray {
 public:
  struct Cell {
    std::uint64_t write_epoch = 0, read_epoch = 0;  // of the last access
    std::int32_t writer = kNobody, reader = kNobody;
    std::int32_t writing_block = kNobody, reading_block = kNobody;
    bool written = false;
  };
  WatchedArray(std::string name, std::byte* data, std::size_t elements, std::size_t element_bytes,
               bool written)
      : name_(std::move(name)), data_(data), element_bytes_(element_bytes), cells_(elements) {
    for (Cell& cell : cells_) cell.written = written;
  }
  const std::string& name() const { return name_; }
  std::size_t size() const { return cells_.size(); }
  std::size_t element_bytes() const { return element_bytes_; }
  std::byte* data() const { return data_; }
  Cell& cell(std::size_t i) { return cells_[i]; }

 private:
  std::string name_;
  std::byte* data_;
  std::size_t element_bytes_;
  std::vector<Cell> cells_;
};

class Checker {
 public:
  // Tells of memory; `written`: whether its values mean something. What was known of
  // the same place is forgotten: it has been freed.
  void watch(const std::string& name, const void* data, std::size_t elements, std::size_t element_bytes,
             bool written);
  // The array that begins at or holds `data`; null if none does.
  WatchedArray* find(const void* data);

  void start_launch() { launch_ = ++epoch_; }
  void start_block(std::int32_t block) {
    block_ = block;
    ++epoch_;
    barriers_ = 0;
  }
  void barrier();
  std::int64_t barriers() const { return barriers_; }  // that the block has passed
  // The barrier with this number in each block does nothing: what a forgotten one would be. -1: none.
  void drop_barrier(std::int64_t number) { dropped_ = number; }

  void run_thread(std::int32_t thread) { thread_ = thread; }

  // False: there is nothing to access.
  bool read(WatchedArray* array, std::ptrdiff_t i);
  bool write(WatchedArray* array, std::ptrdiff_t i);

  // The first findings as sentences, and how many there were.
  const std::vector<std::string>& findings() const { return findings_; }
  std::size_t finding_count() const { return finding_count_; }

 private:
  bool inside(const WatchedArray* array, std::ptrdiff_t i);
  void report(const std::string& what, const WatchedArray* array, std::ptrdiff_t i);

  std::map<const std::byte*, WatchedArray> arrays_;
  std::uint64_t epoch_ = 0, launch_ = 0;
  std::int64_t barriers_ = 0, dropped_ = -1;
  std::int32_t block_ = 0, thread_ = kEveryThread;
  std::vector<std::string> findings_;
  std::size_t finding_count_ = 0;
};

}  // namespace lentil::cuda
