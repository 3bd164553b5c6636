// What a pickle says, as inert values. They name each other by number, so that what is shared stays shared,
// and what contains itself does no harm.
#pragma once
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

namespace lentil::formats {

using ValueId = std::uint32_t;
inline constexpr ValueId kNoValue = 0xFFFFFFFF;

struct PickleValue {
  enum class Kind : std::uint8_t {
    none,
    boolean,
    integer,
    real,
    text,
    bytes,
    tuple,
    list,  // sets too
    dict,
    global,      // the name of a class or function
    object,      // what a class or function would have made
    persistent,  // something beside the pickle: PyTorch's storages
  };

  Kind kind = Kind::none;
  std::int64_t integer = 0;  // boolean, integer
  double real = 0;           // real
  std::string_view text{};   // text, bytes; the module of a global: "torch._utils"
  std::string_view name{};   // of a global in its module: "_rebuild_tensor_v2"
  std::vector<ValueId>
      items{};  // tuple, list; of a dict, and of an object that is filled like one: key, value, ...
  ValueId maker = kNoValue;      // of an object: a global
  ValueId arguments = kNoValue;  // of an object: a tuple; of persistent: its name, mostly a tuple
  ValueId state = kNoValue;      // of an object or a dict: what it was built with
};

// One pickle. The texts lie in its bytes, which must stay.
class Pickle {
 public:
  using Values = std::deque<PickleValue>;

  Pickle(Values values, ValueId root, std::size_t size)
      : values_(std::move(values)), root_(root), size_(size) {}

  const PickleValue& operator[](ValueId id) const { return values_[id]; }
  const Values& values() const { return values_; }  // by their numbers
  ValueId root() const { return root_; }
  std::size_t size() const { return size_; }  // in bytes: where the next pickle of a file begins

  // The value under a text as key, in a dict or an object that is filled like one; kNoValue: none. The last
  // one counts.
  ValueId find(ValueId dict, std::string_view key) const;
  // The element of a tuple or list; kNoValue: it has fewer, or is neither.
  ValueId element(ValueId sequence, std::size_t index) const;
  // The global that made an object; null: no object.
  const PickleValue* maker(ValueId object) const;
  bool is(ValueId id, PickleValue::Kind kind) const { return id != kNoValue && values_[id].kind == kind; }
  bool is_sequence(ValueId id) const {
    return is(id, PickleValue::Kind::tuple) || is(id, PickleValue::Kind::list);
  }

 private:
  Values values_;
  ValueId root_;
  std::size_t size_;
};

}  // namespace lentil::formats
