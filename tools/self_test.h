// Whether kernels give the bits that they must give (docs/numerics.md): a small question with a known answer.
#pragma once
#include <array>
#include <cstdint>

#include "formats/host/dataset.h"
#include "formats/model_file.h"
#include "runtime/trainer.h"

namespace lentil::tools {

// Which network on which images.
struct SelfTestQuestion {
  static constexpr std::uint32_t kImages = 17;  // more than the lanes of any vector, and no multiple of them
  static constexpr std::array<std::uint32_t, 3> kSteps{kImages, 3, 4};  // so many of the images in each
  static constexpr Sgd kSgd{.rate = 0.05f, .momentum = 0.9f};
  static constexpr std::uint64_t kSeed = 1;  // of weights and dropout

  formats::ModelFile lenet;
  formats::Dataset digits;

  SelfTestQuestion();
};

struct SelfTestBits {
  std::uint64_t outputs = 0;  // hash of what the network makes of all images
  std::uint64_t weights = 0;  // hash of its weights after the steps
  bool operator==(const SelfTestBits&) const = default;
};

struct SelfTest {
  Status status = Status::ok;    // anything else: nothing could be computed
  SelfTestBits fast{}, small{};  // by goal

  // What the tests' oracle computes; anew after a change of the network, of drawn digits or of the numbers'
  // contract.
  static constexpr SelfTestBits kExpected{0x03be198107082fb0, 0xc86bee4e95f018fc};

  bool pass() const { return status == Status::ok && fast == kExpected && small == kExpected; }
};

// Some milliseconds, a tenth of a second for kernels without vectors. `parallel` has as many workers as
// `threads` says.
SelfTest run_self_test(const kernels::KernelTable& kernels, std::uint32_t threads = 1,
                       ParallelFor parallel = {});

}  // namespace lentil::tools
