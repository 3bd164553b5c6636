// How much memory an ONNX file justifies: every constant and every weight is counted before it is made.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

namespace lentil::formats::onnx {

class Budget {
 public:
  // `file_bytes`: of the model; companions are added as they are read.
  explicit Budget(std::uint64_t file_bytes) : state_(std::make_shared<State>()) { extend(file_bytes); }

  void extend(std::uint64_t file_bytes);

  // `count` zeros, given back when the last owner lets go of them. Null: more than the file justifies, at a
  // time or in all (a small file may not cost the work of a large one).
  template <class T>
  std::shared_ptr<std::vector<T>> room(std::uint64_t count) const {
    const std::uint64_t bytes = count > kMostValues ? kTooMuch : count * sizeof(T);
    if (!state_->take(bytes)) return nullptr;
    const auto give_back = [state = state_, bytes](std::vector<T>* values) {
      delete values;
      state->live -= bytes;
    };
    return {new std::vector<T>(static_cast<std::size_t>(count)), give_back};
  }

  // Memory that is not given back. False: as above.
  bool take(std::uint64_t count) const { return count <= kMostValues && state_->take(count * sizeof(float)); }

 private:
  static constexpr std::uint64_t kMostValues = std::uint64_t{1} << 31, kTooMuch = ~std::uint64_t{0};

  struct State {
    std::uint64_t live = 0, total = 0, most_live = std::uint64_t{4} << 20,
                  most_total = std::uint64_t{256} << 20;
    bool take(std::uint64_t bytes);
  };
  std::shared_ptr<State> state_;
};

}  // namespace lentil::formats::onnx
