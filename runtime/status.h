// Errors as values: what went wrong, where, and the two numbers that tell how far off it was.
#pragma once
#include <cstdint>
#include <optional>
#include <utility>

namespace lentil {

// Grouped by who has to act. The numbers are stable: they cross the C ABI and stand in logs.
enum class Status : std::uint8_t {
  ok = 0,

  // The file is wrong: fetch or make it again.
  file_truncated = 10,      // needed = bytes it should have, or the least of any; given = bytes
  not_a_lentil_file = 11,   // the identifier LNTL is missing
  file_corrupt = 12,        // an offset, a size or a nesting inside the file is impossible
  checksum_mismatch = 13,   // needed = CRC-32 stored, given = CRC-32 computed
  format_too_new = 14,      // given = feature bits that this library does not know
  misaligned_file = 15,     // needed = alignment in bytes, given = address modulo it
  missing_layers = 16,      // the file holds no layer
  too_many_layers = 17,     // needed = most that are supported
  unknown_layer_type = 18,  // where = layer, given = type number
  bad_layer_input = 19,     // where = layer, given = the input that is not an earlier layer
  bad_hyperparameter = 20,  // where = layer
  missing_tensor = 21,      // where = layer: weight, bias or statistics absent
  bad_tensor_size = 22,     // where = layer, needed = elements, given = elements
  non_finite_weight = 23,   // where = layer, given = index of the element
  bad_name = 24,            // where = layer: empty or used twice
  bad_input_description = 25,
  bad_label_count = 26,  // needed = outputs, given = labels
  bad_sample = 27,       // where = sample, needed = values, given = values
  bad_variance = 28,     // where = layer, given = channel of a batch-norm whose variance is not positive

  // The network does not fit together.
  shape_mismatch = 40,           // where = layer, needed = channels or features, given = those that arrive
  empty_output = 41,             // where = layer: no window fits into the input, or one sees only padding
  unsupported_layer = 42,        // where = layer: not in the table of ops; in training, read by no other
  unsupported_window = 43,       // where = layer, needed = largest pool window, given = this one
  tensor_too_large = 44,         // where = layer: more bytes than offsets can hold
  bad_loss = 45,                 // the loss, or its smoothing, does not suit the network's output
  nothing_to_train = 46,         // every layer with parameters is frozen
  unsupported_preparation = 47,  // where = step, given = its kind; or needed = channels, given = the input's

  // The call is wrong: fix the caller.
  arena_too_small = 60,        // needed, given in bytes
  arena_misaligned = 61,       // needed = alignment, given = address modulo it
  plan_memory_too_small = 62,  // needed, given in bytes
  bad_batch = 63,              // needed = largest, given
  bad_threads = 64,            // needed = largest, given
  wrong_mode = 65,             // a Trainer asks for a plan made with Mode::train
  wrong_input_type = 66,       // pixels handed to a plan for floats or the other way round
  wrong_size = 67,             // needed, given in elements
  label_out_of_range = 68,     // where = position in the batch, needed = classes, given = label
  bad_frozen_layer = 69,       // given = index that is no layer
  batch_too_small = 70,        // where = layer: batch-norm learns from two values of a channel, or more
  bad_picture = 71,     // needed = largest side, given = the longer one; or the bytes of a row and the stride
  no_ink = 72,          // nothing stands out in the picture
  no_corrections = 73,  // learn() before the first correct()

  // Of the C API (formats/device/lentil.h).
  missing_argument = 74,  // where = argument that is a null pointer, counted from 0
  arena_overlaps = 75,    // needed = bytes of the model, given = those that it shares with the arena
  bad_option = 76,        // where = field of lentil_options, counted from 0, needed = largest, given

  // A view of a tensor cannot be made: fix the sizes or the indices. Signed numbers are in two's complement.
  too_many_dimensions = 90,  // needed = most, given
  too_many_indices = 91,     // needed = dimensions, given = indices
  bad_dimension = 92,        // needed = dimensions, given = the signed number of one
  index_out_of_range = 93,   // where = dimension, needed = its size, given = signed index
  bad_slice = 94,            // where = the slice: no number or range, a step below 1, a second ellipsis
  bad_size = 95,             // where = dimension, needed = most elements of a tensor, given = signed size
  bad_reshape = 96,          // needed = elements, given = those that the new sizes ask for
  not_viewable = 97,         // the elements would have to be copied
  bad_permutation = 98,      // needed = dimensions, each once; where = place of one that repeats

  // What a device keeps in its slots (formats/slots.h). where = slot, unless said otherwise.
  storage_failed = 110,      // the hook could not do it: needed = offset and given = bytes of the access
  slot_too_small = 111,      // needed, given in bytes
  bad_write_unit = 112,      // needed = largest, given: no power of two or too large
  slot_empty = 113,          // nothing was saved there
  slot_damaged = 114,        // needed = CRC-32 stored, given = computed; both 0: not finished, or impossible
  slot_of_other_base = 115,  // needed = checksum of this model file, given = that of the slot's
  slot_too_new = 116,        // needed = newest version that is known, given
  slot_not_verified = 117,   // read back, it is not what was written: needed = CRC-32 written, given
  other_layers = 118,        // where = layer: the slot has its weights, and this plan does not train it
  nothing_to_undo = 119,     // needed = sequence of what the newest was learnt on, 0 = there is no newest
  golden_mismatch = 120,     // where = sample, needed and given = bits of the output that differs

  // The machine or the numbers.
  flush_to_zero = 80,    // the thread flushes subnormal numbers to zero: results would differ
  non_finite_loss = 81,  // training diverged; the weights are those before the step
};

// The enumerator's name, for logs and messages.
const char* status_name(Status);

struct Error {
  Status status = Status::ok;
  std::uint32_t where = 0;  // a layer, sample or position, as the Status says
  std::uint64_t needed = 0;
  std::uint64_t given = 0;
};
constexpr bool wrong(const Error& error) { return error.status != Status::ok; }

// A value or the reason for its absence. Converts from either.
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(E error) : error_(std::move(error)) {}

  explicit operator bool() const { return value_.has_value(); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  const E& error() const { return error_; }

 private:
  std::optional<T> value_;
  E error_{};
};

}  // namespace lentil
