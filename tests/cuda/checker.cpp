#include "tests/cuda/checker.h"

namespace lentil::cuda {
namespace {

constexpr std::size_t kMostFindings = 5;

std::string name_of(std::int32_t thread) {
  return thread == kEveryThread ? "every thread"
         : thread == kSeveral   ? "several threads"
                                : "thread " + std::to_string(thread);
}

}  // namespace

void Checker::watch(const std::string& name, const void* data, std::size_t elements,
                    std::size_t element_bytes, bool written) {
  auto* bytes = static_cast<std::byte*>(const_cast<void*>(data));
  const std::byte* end = bytes + elements * element_bytes;
  std::erase_if(arrays_, [&](const auto& entry) {
    const WatchedArray& old = entry.second;
    return old.data() < end && bytes < old.data() + old.size() * old.element_bytes();
  });
  if (elements > 0) arrays_.try_emplace(bytes, name, bytes, elements, element_bytes, written);
}

WatchedArray* Checker::find(const void* data) {
  const auto* bytes = static_cast<const std::byte*>(data);
  auto next = arrays_.upper_bound(bytes);
  if (next == arrays_.begin()) return nullptr;
  WatchedArray& array = (--next)->second;
  return bytes < array.data() + array.size() * array.element_bytes() ? &array : nullptr;
}

void Checker::barrier() {
  if (thread_ != kEveryThread) report("a barrier inside a loop", nullptr, 0);
  if (barriers_++ != dropped_) ++epoch_;
}

bool Checker::inside(const WatchedArray* array, std::ptrdiff_t i) {
  if (array != nullptr && i >= 0 && static_cast<std::size_t>(i) < array->size()) return true;
  report("outside of the array", array, i);
  return false;
}

bool Checker::read(WatchedArray* array, std::ptrdiff_t i) {
  if (!inside(array, i)) return false;
  WatchedArray::Cell& cell = array->cell(static_cast<std::size_t>(i));
  if (!cell.written) report("read, but nobody wrote it", array, i);
  if (cell.write_epoch == epoch_ && cell.writer != thread_)
    report("written by " + name_of(cell.writer) + " and read with no barrier between them", array, i);
  if (cell.write_epoch > launch_ && cell.writing_block != block_)
    report("written by block " + std::to_string(cell.writing_block) + " and read by another one", array, i);
  const bool first = cell.read_epoch != epoch_;
  cell.reader = first || cell.reader == thread_ ? thread_ : kSeveral;
  cell.reading_block = cell.read_epoch <= launch_ || cell.reading_block == block_ ? block_ : kSeveral;
  cell.read_epoch = epoch_;
  return true;
}

bool Checker::write(WatchedArray* array, std::ptrdiff_t i) {
  if (!inside(array, i)) return false;
  WatchedArray::Cell& cell = array->cell(static_cast<std::size_t>(i));
  if (thread_ == kEveryThread) report("written outside of a loop", array, i);
  if (cell.write_epoch == epoch_ && cell.writer != thread_)
    report("written by " + name_of(cell.writer) + ", too, with no barrier between them", array, i);
  if (cell.read_epoch == epoch_ && cell.reader != thread_)
    report("read by " + name_of(cell.reader) + " and written with no barrier between them", array, i);
  const bool other_reader = cell.read_epoch > launch_ && cell.reading_block != block_;
  const bool other_writer = cell.write_epoch > launch_ && cell.writing_block != block_;
  if (other_reader || other_writer) report("used by another block and written", array, i);
  cell.write_epoch = epoch_;
  cell.writer = thread_;
  cell.writing_block = block_;
  cell.written = true;
  return true;
}

void Checker::report(const std::string& what, const WatchedArray* array, std::ptrdiff_t i) {
  ++finding_count_;
  if (findings_.size() == kMostFindings) return;
  const std::string name = array == nullptr ? "no known array" : array->name();
  findings_.push_back(name + "[" + std::to_string(i) + "]: " + what + " (block " + std::to_string(block_) +
                      ", " + name_of(thread_) + ", barrier " + std::to_string(barriers_) + ")");
}

}  // namespace lentil::cuda
