#include "tests/contract/case_data.h"
#include "tests/contract/kernel_cases.h"

namespace lentil::contract {
namespace {

struct LinearCase {
  const char* name;
  std::int32_t inputs, outputs;
  bool bias = true;
};

constexpr LinearCase kCases[] = {{"fc1", 320, 50},
                                 {"fc2", 50, 10},
                                 {"one_output", 7, 1},
                                 {"one_input", 1, 3},
                                 {"odd_no_bias", 33, 131, false}};
constexpr std::int32_t kImages = 5;

std::size_t size(std::int32_t n) { return static_cast<std::size_t>(n); }

class LinearRun {
 public:
  LinearRun(const kernels::KernelTable& table, const LinearCase& c, std::span<std::byte> memory)
      : table_(table), case_(c), pieces_(memory) {}

  void report(const Report& to) {
    to("linear_forward_file_order", case_.name, forward(weight_, false));
    to("linear_forward_packed", case_.name, forward(packed(), true));
    to("linear_backward_input", case_.name, backward_input());
    to("linear_backward_weight", case_.name, backward_weight());
  }

 private:
  std::span<const float> packed() {
    const std::int32_t lanes = kernels::in_lanes(case_.outputs);
    const auto copy = pieces_.of<float>(size(case_.inputs * lanes));
    table_.interleave({copy.data(), weight_.data(), case_.outputs, case_.inputs, lanes});
    return copy;
  }

  std::uint64_t forward(std::span<const float> weight, bool packed) {
    const auto y = pieces_.results(size(case_.outputs));
    table_.linear_forward({.y = y.data(),
                           .x = x_.data(),
                           .weight = weight.data(),
                           .bias = case_.bias ? bias_.data() : nullptr,
                           .inputs = case_.inputs,
                           .outputs = case_.outputs,
                           .packed = packed});
    return hash_of(y);
  }

  std::uint64_t backward_input() {
    const auto dx = pieces_.results(size(case_.inputs));
    in_two_calls(case_.inputs / 3, case_.inputs, [&](std::int32_t begin, std::int32_t end) {
      table_.linear_backward_input(
          {dx.data() + begin, dy_.data(), weight_.data(), case_.inputs, case_.outputs, begin, end});
    });
    return hash_of(dx);
  }

  std::uint64_t backward_weight() {
    const auto dweight = pieces_.results(weight_.size());
    for (std::int32_t o = 0; o < case_.outputs; ++o) {
      in_two_calls(case_.inputs / 3, case_.inputs, [&](std::int32_t begin, std::int32_t end) {
        table_.linear_backward_weight({dweight.data() + o * case_.inputs + begin, dy_.data() + o, x_.data(),
                                       case_.outputs, case_.inputs, kImages, begin, end});
      });
    }
    return hash_of(dweight);
  }

  static std::uint64_t hash_of(std::span<const float> values) {
    Hash hash;
    hash.add(values);
    return hash.value();
  }

  const kernels::KernelTable& table_;
  const LinearCase& case_;
  Pieces pieces_;
  std::span<const float> x_ = pieces_.random(size(kImages * case_.inputs), 21);
  std::span<const float> weight_ = pieces_.random(size(case_.inputs * case_.outputs), 22);
  std::span<const float> bias_ = pieces_.random(size(case_.outputs), 23);
  std::span<const float> dy_ = pieces_.sparse(size(kImages * case_.outputs), 24);
};

}  // namespace

void linear_hashes(const kernels::KernelTable& table, std::span<std::byte> memory, const Report& report) {
  for (const LinearCase& c : kCases) LinearRun(table, c, memory).report(report);
}

}  // namespace lentil::contract
