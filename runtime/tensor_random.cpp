#include "runtime/tensor_random.h"

#include "kernels/math.h"
#include "kernels/philox.h"
#include "runtime/tensor_ops.h"

namespace lentil {
namespace {

// The uniform numbers of a stream in order.
class Uniform {
 public:
  Uniform(std::uint64_t seed, std::uint32_t stream)
      : key_{.seed = seed, .use = kernels::RandomUse::tensor, .step = stream} {}
  float next() {
    // An index has 32 bits; the position goes on where it ends.
    key_.position = static_cast<std::uint32_t>(index_ >> 32);
    return kernels::random_uniform(key_, static_cast<std::uint32_t>(index_++));
  }

 private:
  kernels::RandomKey key_;
  std::uint64_t index_ = 0;
};

}  // namespace

void rand(const TensorView<float>& t, std::uint64_t seed, std::uint32_t stream) {
  Uniform uniform(seed, stream);
  for_each(t, [&](float& element) { element = uniform.next(); });
}

void randn(const TensorView<float>& t, std::uint64_t seed, std::uint32_t stream) {
  Uniform uniform(seed, stream);
  for_each(t, [&](float& element) {
    const float radius = kernels::sqrt(-2.0f * kernels::log(1.0f - uniform.next()));
    element = radius * kernels::cos_pi(uniform.next());
  });
}

}  // namespace lentil
