#include "formats/import/pickle.h"

#include <algorithm>
#include <array>

#include "formats/import/pickle_machine.h"

namespace lentil::formats {
namespace {

using Machine = PickleMachine;
using Kind = PickleValue::Kind;

struct Opcode {
  std::uint8_t code;
  std::string_view name;
  bool (*step)(Machine&);  // null: known and refused
};

constexpr std::array kOpcodes{
    Opcode{'(', "MARK", [](Machine& m) { return m.mark(); }},
    Opcode{'.', "STOP", [](Machine& m) { return m.stop(); }},
    Opcode{'0', "POP", [](Machine& m) { return m.pop(); }},
    Opcode{'1', "POP_MARK", [](Machine& m) { return m.pop_to_mark(); }},
    Opcode{'2', "DUP", [](Machine& m) { return m.duplicate(); }},
    Opcode{'B', "BINBYTES", [](Machine& m) { return m.push_sized(Kind::bytes, 4); }},
    Opcode{'C', "SHORT_BINBYTES", [](Machine& m) { return m.push_sized(Kind::bytes, 1); }},
    Opcode{'F', "FLOAT", nullptr},
    Opcode{'G', "BINFLOAT", [](Machine& m) { return m.push_real(); }},
    Opcode{'I', "INT", [](Machine& m) { return m.push_decimal(); }},
    Opcode{'J', "BININT", [](Machine& m) { return m.push_int32(); }},
    Opcode{'K', "BININT1", [](Machine& m) { return m.push_unsigned(1); }},
    Opcode{'L', "LONG", [](Machine& m) { return m.push_decimal(); }},
    Opcode{'M', "BININT2", [](Machine& m) { return m.push_unsigned(2); }},
    Opcode{'N', "NONE", [](Machine& m) { return m.push_none(); }},
    Opcode{'P', "PERSID", nullptr},
    Opcode{'Q', "BINPERSID", [](Machine& m) { return m.persistent(); }},
    Opcode{'R', "REDUCE", [](Machine& m) { return m.reduce(); }},
    Opcode{'S', "STRING", nullptr},
    Opcode{'T', "BINSTRING", [](Machine& m) { return m.push_sized(Kind::text, 4); }},
    Opcode{'U', "SHORT_BINSTRING", [](Machine& m) { return m.push_sized(Kind::text, 1); }},
    Opcode{'V', "UNICODE", nullptr},
    Opcode{'X', "BINUNICODE", [](Machine& m) { return m.push_sized(Kind::text, 4); }},
    Opcode{']', "EMPTY_LIST", [](Machine& m) { return m.push_empty(Kind::list); }},
    Opcode{'a', "APPEND", [](Machine& m) { return m.append(); }},
    Opcode{'b', "BUILD", [](Machine& m) { return m.build(); }},
    Opcode{'c', "GLOBAL", [](Machine& m) { return m.global(); }},
    Opcode{'d', "DICT", [](Machine& m) { return m.push_to_mark(Kind::dict); }},
    Opcode{'e', "APPENDS", [](Machine& m) { return m.append_to_mark(); }},
    Opcode{'g', "GET", nullptr},
    Opcode{'h', "BINGET", [](Machine& m) { return m.get(1); }},
    Opcode{'i', "INST", [](Machine& m) { return m.call_named(); }},
    Opcode{'j', "LONG_BINGET", [](Machine& m) { return m.get(4); }},
    Opcode{'l', "LIST", [](Machine& m) { return m.push_to_mark(Kind::list); }},
    Opcode{'o', "OBJ", [](Machine& m) { return m.call_to_mark(); }},
    Opcode{'p', "PUT", nullptr},
    Opcode{'q', "BINPUT", [](Machine& m) { return m.put(1); }},
    Opcode{'r', "LONG_BINPUT", [](Machine& m) { return m.put(4); }},
    Opcode{'s', "SETITEM", [](Machine& m) { return m.set_item(); }},
    Opcode{'t', "TUPLE", [](Machine& m) { return m.push_to_mark(Kind::tuple); }},
    Opcode{'u', "SETITEMS", [](Machine& m) { return m.set_to_mark(); }},
    Opcode{'}', "EMPTY_DICT", [](Machine& m) { return m.push_empty(Kind::dict); }},
    Opcode{')', "EMPTY_TUPLE", [](Machine& m) { return m.push_empty(Kind::tuple); }},
    Opcode{0x80, "PROTO", [](Machine& m) { return m.protocol(); }},
    Opcode{0x81, "NEWOBJ", [](Machine& m) { return m.new_object(); }},
    Opcode{0x82, "EXT1", nullptr},
    Opcode{0x83, "EXT2", nullptr},
    Opcode{0x84, "EXT4", nullptr},
    Opcode{0x85, "TUPLE1", [](Machine& m) { return m.push_tuple(1); }},
    Opcode{0x86, "TUPLE2", [](Machine& m) { return m.push_tuple(2); }},
    Opcode{0x87, "TUPLE3", [](Machine& m) { return m.push_tuple(3); }},
    Opcode{0x88, "NEWTRUE", [](Machine& m) { return m.push_boolean(true); }},
    Opcode{0x89, "NEWFALSE", [](Machine& m) { return m.push_boolean(false); }},
    Opcode{0x8A, "LONG1", [](Machine& m) { return m.push_long(1); }},
    Opcode{0x8B, "LONG4", [](Machine& m) { return m.push_long(4); }},
    Opcode{0x8C, "SHORT_BINUNICODE", [](Machine& m) { return m.push_sized(Kind::text, 1); }},
    Opcode{0x8D, "BINUNICODE8", [](Machine& m) { return m.push_sized(Kind::text, 8); }},
    Opcode{0x8E, "BINBYTES8", [](Machine& m) { return m.push_sized(Kind::bytes, 8); }},
    Opcode{0x8F, "EMPTY_SET", [](Machine& m) { return m.push_empty(Kind::list); }},
    Opcode{0x90, "ADDITEMS", [](Machine& m) { return m.append_to_mark(); }},
    Opcode{0x91, "FROZENSET", [](Machine& m) { return m.push_to_mark(Kind::list); }},
    Opcode{0x92, "NEWOBJ_EX", [](Machine& m) { return m.new_object_with_keywords(); }},
    Opcode{0x93, "STACK_GLOBAL", [](Machine& m) { return m.stack_global(); }},
    Opcode{0x94, "MEMOIZE", [](Machine& m) { return m.memoize(); }},
    Opcode{0x95, "FRAME", [](Machine& m) { return m.frame(); }},
    Opcode{0x96, "BYTEARRAY8", [](Machine& m) { return m.push_sized(Kind::bytes, 8); }},
    Opcode{0x97, "NEXT_BUFFER", nullptr},
    Opcode{0x98, "READONLY_BUFFER", nullptr},
};

// By code, so that a step costs no search. 255: unknown, which no index of the table reaches.
constexpr auto kIndex = [] {
  std::array<std::uint8_t, 256> index{};
  index.fill(255);
  for (std::size_t i = 0; i < kOpcodes.size(); ++i) index[kOpcodes[i].code] = static_cast<std::uint8_t>(i);
  return index;
}();

}  // namespace

Outcome<Pickle> PickleMachine::run() {
  while (!stopped_) {
    std::string_view code;
    if (!next(1, code)) return Failure{failure_};
    const std::size_t index = kIndex[static_cast<std::uint8_t>(code[0])];
    if (index >= kOpcodes.size()) {
      return Failure{"its pickle is damaged: byte " + std::to_string(at_ - 1) + " is no opcode"};
    }
    const Opcode& opcode = kOpcodes[index];
    if (opcode.step == nullptr) {
      return Failure{"its pickle uses the opcode " + std::string(opcode.name) +
                     ", which is not read; save it with pickle protocol 2 to 5"};
    }
    if (!opcode.step(*this)) return Failure{failure_};
  }
  return Pickle(std::move(values_), stack_.back(), at_);
}

Outcome<Pickle> read_pickle(std::span<const std::byte> bytes, MemoryBudget& budget) {
  return PickleMachine(bytes, budget).run();
}

}  // namespace lentil::formats
