// What lentil.h hands out, and what its functions share.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "formats/device/lentil.h"
#include "formats/model_view.h"
#include "runtime/learner.h"
#include "runtime/prepare.h"

// In front of its arena, followed by the engine, its memory, and what classifying needs.
struct alignas(8) lentil_network {  // 8: the engine behind it has fields of 64 bits
  lentil::formats::FileView file;
  lentil::Session* session;  // of whatever engine there is
  lentil::Trainer* trainer;  // null in LENTIL_INFER
  lentil::Learner* learner;  // null but in LENTIL_LEARN
  // Of one image; empty where there is nothing to classify.
  std::span<float> outputs;
  std::span<std::uint8_t> pixels;  // empty, too, if pictures come prepared
  std::uint32_t replay;            // known pictures of the file that learning mixes in

  std::uint32_t mode() const {
    return learner != nullptr ? LENTIL_LEARN : trainer != nullptr ? LENTIL_TRAIN : LENTIL_INFER;
  }
};

namespace lentil::device {

inline lentil_error to_c(const Error& error) {
  return {static_cast<std::uint32_t>(error.status), error.where, error.needed, error.given};
}
inline lentil_error done() { return {}; }
inline lentil_error missing(std::uint32_t argument) { return to_c({Status::missing_argument, argument}); }
inline lentil_error wrong_mode(std::uint32_t needed, const lentil_network& network) {
  return to_c({Status::wrong_mode, 0, needed, network.mode()});
}

// The image as the network takes it, in network.pixels or where it lies.
Result<std::span<const std::uint8_t>> see(const lentil_network& network, const lentil_image& image,
                                          Prepared& found);

// What is wrong with `images` inputs of so many bytes.
Error check_input(const lentil_network& network, std::size_t bytes, std::uint32_t images);

// The `index`-th of the file's known pictures that have pixels.
ReplaySample known_picture(const void* network, std::uint32_t index);

}  // namespace lentil::device
