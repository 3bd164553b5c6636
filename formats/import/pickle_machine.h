// The stack machine that a pickle is a program for. Only pickle.cpp and pickle_steps.cpp know it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/import/pickle.h"

namespace lentil::formats {

// A step is an opcode's work; false: it failed, and failure() says why.
class PickleMachine {
 public:
  PickleMachine(std::span<const std::byte> bytes, MemoryBudget& budget) : bytes_(bytes), budget_(budget) {}

  Outcome<Pickle> run();

  // Numbers, texts and bytes: `width` bytes hold the number, or the length of what follows.
  bool push_none();
  bool push_boolean(bool value);
  bool push_unsigned(int width);
  bool push_int32();
  bool push_real();
  bool push_long(int width);
  bool push_decimal();                                 // a line of text; "00" and "01" are truth values
  bool push_sized(PickleValue::Kind kind, int width);  // text or bytes

  // Containers.
  bool push_empty(PickleValue::Kind kind);
  bool push_to_mark(PickleValue::Kind kind);
  bool push_tuple(std::size_t items);
  bool append();
  bool append_to_mark();
  bool set_item();
  bool set_to_mark();

  // What Python would call. Only noted down.
  bool global();
  bool stack_global();
  bool persistent();
  bool reduce();
  bool new_object();
  bool new_object_with_keywords();
  bool call_to_mark();  // OBJ
  bool call_named();    // INST
  bool build();

  // The stack and the memo.
  bool mark();
  bool pop();
  bool pop_to_mark();
  bool duplicate();
  bool put(int width);
  bool memoize();
  bool get(int width);

  bool protocol();
  bool frame();
  bool stop();

 private:
  using Kind = PickleValue::Kind;

  bool fail(std::string why);
  bool charge(std::uint64_t bytes);
  bool next(std::size_t count, std::string_view& bytes);
  bool next_number(int width, std::uint64_t& number);
  bool next_line(std::string_view& line);
  bool push(PickleValue value);
  bool push_id(ValueId id);
  bool push_with_items(Kind kind, std::vector<ValueId> items);
  bool pop_id(ValueId& id);
  bool take_to_mark(std::vector<ValueId>& ids);
  bool add_items(ValueId target, std::span<const ValueId> ids, Kind kind);
  bool push_global(std::string_view module, std::string_view name);
  bool put_at(std::uint64_t index);
  bool make(ValueId maker, ValueId arguments, bool called);
  bool make_dict(ValueId source);
  bool make_attribute(ValueId arguments);
  const PickleValue* argument(ValueId arguments, std::size_t index) const;

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  MemoryBudget& budget_;
  Pickle::Values values_;
  std::vector<ValueId> stack_;
  std::size_t deepest_ = 0;         // the most that the stack has held
  std::vector<std::size_t> marks_;  // heights of the stack
  std::deque<ValueId> memo_;
  bool stopped_ = false;
  std::string failure_;
};

}  // namespace lentil::formats
