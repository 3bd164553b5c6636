// Opcodes that hold values, fill containers, and move what is on the stack.
#include <array>
#include <bit>
#include <charconv>

#include "formats/import/pickle_machine.h"

namespace lentil::formats {

namespace {

constexpr std::uint64_t kReference = 12;  // of a growing vector of ids: old and new place, while it moves

}  // namespace

bool PickleMachine::fail(std::string why) {
  failure_ = std::move(why);
  return false;
}

bool PickleMachine::charge(std::uint64_t bytes) {
  return budget_.take(bytes) || fail(MemoryBudget::exceeded().message);
}

bool PickleMachine::next(std::size_t count, std::string_view& bytes) {
  if (count > bytes_.size() - at_) return fail("its pickle ends in the middle");
  bytes = {reinterpret_cast<const char*>(bytes_.data()) + at_, count};
  at_ += count;
  return true;
}

bool PickleMachine::next_number(int width, std::uint64_t& number) {
  std::string_view bytes;
  if (!next(static_cast<std::size_t>(width), bytes)) return false;
  number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8 | static_cast<std::uint8_t>(bytes[i]);
  return true;
}

bool PickleMachine::next_line(std::string_view& line) {
  const std::string_view rest(reinterpret_cast<const char*>(bytes_.data()) + at_, bytes_.size() - at_);
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return fail("its pickle ends in the middle");
  line = rest.substr(0, end);
  at_ += end + 1;
  return true;
}

bool PickleMachine::push_id(ValueId id) {
  if (stack_.size() == deepest_) {
    if (!charge(kReference)) return false;
    ++deepest_;
  }
  stack_.push_back(id);
  return true;
}

bool PickleMachine::push(PickleValue value) {
  if (!charge(sizeof(PickleValue))) return false;
  values_.push_back(std::move(value));
  return push_id(static_cast<ValueId>(values_.size() - 1));
}

bool PickleMachine::push_with_items(Kind kind, std::vector<ValueId> items) {
  return push({.kind = kind, .items = std::move(items)});
}

bool PickleMachine::push_none() { return push({}); }
bool PickleMachine::push_boolean(bool value) {
  return push({.kind = Kind::boolean, .integer = value ? 1 : 0});
}

bool PickleMachine::push_unsigned(int width) {
  std::uint64_t number;
  return next_number(width, number) &&
         push({.kind = Kind::integer, .integer = static_cast<std::int64_t>(number)});
}

bool PickleMachine::push_int32() {
  std::uint64_t number;
  return next_number(4, number) &&
         push({.kind = Kind::integer, .integer = static_cast<std::int32_t>(number)});
}

bool PickleMachine::push_real() {
  std::string_view bytes;
  if (!next(8, bytes)) return false;
  std::uint64_t bits = 0;
  for (const char byte : bytes) bits = bits << 8 | static_cast<std::uint8_t>(byte);
  return push({.kind = Kind::real, .real = std::bit_cast<double>(bits)});
}

// Two's complement. What 64 bits cannot hold, no model needs as a number: it stays bytes.
bool PickleMachine::push_long(int width) {
  std::uint64_t length;
  std::string_view bytes;
  if (!next_number(width, length) || !next(length, bytes)) return false;
  if (bytes.size() > 8) return push({.kind = Kind::bytes, .text = bytes});
  std::uint64_t number = !bytes.empty() && static_cast<std::uint8_t>(bytes.back()) >= 128 ? ~0ull : 0;
  for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8 | static_cast<std::uint8_t>(bytes[i]);
  return push({.kind = Kind::integer, .integer = static_cast<std::int64_t>(number)});
}

bool PickleMachine::push_decimal() {
  std::string_view line;
  if (!next_line(line)) return false;
  if (line == "00" || line == "01") return push_boolean(line == "01");
  if (line.ends_with('L')) line.remove_suffix(1);
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  if (error != std::errc{} || end != line.data() + line.size()) {
    return fail("its pickle holds a number that is none");
  }
  return push({.kind = Kind::integer, .integer = number});
}

bool PickleMachine::push_sized(Kind kind, int width) {
  std::uint64_t length;
  std::string_view bytes;
  return next_number(width, length) && next(length, bytes) && push({.kind = kind, .text = bytes});
}

bool PickleMachine::push_empty(Kind kind) { return push({.kind = kind}); }

bool PickleMachine::push_to_mark(Kind kind) {
  std::vector<ValueId> ids;
  if (!take_to_mark(ids)) return false;
  if (kind == Kind::dict && ids.size() % 2 != 0) return fail("its pickle is damaged: a key without a value");
  return push_with_items(kind, std::move(ids));
}

bool PickleMachine::push_tuple(std::size_t items) {
  std::vector<ValueId> ids(items);
  if (!charge(items * kReference)) return false;
  for (std::size_t i = items; i-- > 0;) {
    if (!pop_id(ids[i])) return false;
  }
  return push_with_items(Kind::tuple, std::move(ids));
}

bool PickleMachine::add_items(ValueId target, std::span<const ValueId> ids, Kind kind) {
  PickleValue& value = values_[target];
  if (value.kind != kind && !(kind == Kind::dict && value.kind == Kind::object)) {
    return fail(std::string("its pickle is damaged: it fills what is no ") +
                (kind == Kind::dict ? "dict" : "list"));
  }
  if (kind == Kind::dict && ids.size() % 2 != 0) return fail("its pickle is damaged: a key without a value");
  if (!charge(ids.size() * kReference)) return false;
  value.items.insert(value.items.end(), ids.begin(), ids.end());
  return true;
}

bool PickleMachine::append() {
  ValueId item;
  ValueId target;
  if (!pop_id(item) || !pop_id(target)) return false;
  return add_items(target, {&item, 1}, Kind::list) && push_id(target);
}

bool PickleMachine::append_to_mark() {
  std::vector<ValueId> ids;
  ValueId target;
  if (!take_to_mark(ids) || !pop_id(target)) return false;
  return add_items(target, ids, Kind::list) && push_id(target);
}

bool PickleMachine::set_item() {
  std::array<ValueId, 2> entry;
  ValueId target;
  if (!pop_id(entry[1]) || !pop_id(entry[0]) || !pop_id(target)) return false;
  return add_items(target, entry, Kind::dict) && push_id(target);
}

bool PickleMachine::set_to_mark() {
  std::vector<ValueId> ids;
  ValueId target;
  if (!take_to_mark(ids) || !pop_id(target)) return false;
  return add_items(target, ids, Kind::dict) && push_id(target);
}

bool PickleMachine::mark() {
  if (!charge(3 * sizeof(std::size_t))) return false;
  marks_.push_back(stack_.size());
  return true;
}

// Never beyond the newest mark: that belongs to a container that is not complete yet.
bool PickleMachine::pop_id(ValueId& id) {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) {
    return fail("its pickle is damaged: it takes from an empty stack");
  }
  id = stack_.back();
  stack_.pop_back();
  return true;
}

bool PickleMachine::take_to_mark(std::vector<ValueId>& ids) {
  if (marks_.empty()) return fail("its pickle is damaged: a mark is missing");
  const auto from = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  if (!charge(static_cast<std::uint64_t>(stack_.end() - from) * kReference)) return false;
  ids.assign(from, stack_.end());
  stack_.erase(from, stack_.end());
  marks_.pop_back();
  return true;
}

bool PickleMachine::pop() {
  // What a mark opened is closed by this, too.
  if (!marks_.empty() && marks_.back() == stack_.size()) {
    marks_.pop_back();
    return true;
  }
  ValueId id;
  return pop_id(id);
}

bool PickleMachine::pop_to_mark() {
  std::vector<ValueId> ids;
  return take_to_mark(ids);
}

bool PickleMachine::duplicate() {
  ValueId id;
  return pop_id(id) && push_id(id) && push_id(id);
}

bool PickleMachine::put_at(std::uint64_t index) {
  ValueId id;
  if (!pop_id(id) || !push_id(id)) return false;
  // Numbers are given out one by one, so that a file has no higher number than bytes.
  if (index > at_) return fail("its pickle is damaged: it remembers a value under too high a number");
  if (index >= memo_.size()) {
    if (!charge((index + 1 - memo_.size()) * sizeof(ValueId))) return false;
    memo_.resize(index + 1, kNoValue);
  }
  memo_[index] = id;
  return true;
}

bool PickleMachine::put(int width) {
  std::uint64_t index;
  return next_number(width, index) && put_at(index);
}

bool PickleMachine::memoize() { return put_at(memo_.size()); }

bool PickleMachine::get(int width) {
  std::uint64_t index;
  if (!next_number(width, index)) return false;
  if (index >= memo_.size() || memo_[index] == kNoValue) {
    return fail("its pickle is damaged: it recalls a value that it has not remembered");
  }
  return push_id(memo_[index]);
}

bool PickleMachine::protocol() {
  std::uint64_t version;
  if (!next_number(1, version)) return false;
  return version <= 5 ||
         fail("its pickle has protocol " + std::to_string(version) + ", and 5 is the newest known");
}

bool PickleMachine::frame() {
  std::string_view length;
  return next(8, length);  // frames only help reading ahead
}

bool PickleMachine::stop() {
  if (stack_.size() != 1 || !marks_.empty())
    return fail("its pickle is damaged: it ends with no single value");
  stopped_ = true;
  return true;
}

}  // namespace lentil::formats
