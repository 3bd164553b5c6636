// From bytes to a model without copying: verified, then checked for sense. Embedded-safe: no heap, no
// exceptions, no RTTI.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "formats/model_view.h"
#include "runtime/model.h"
#include "runtime/status.h"

namespace lentil::formats {

inline constexpr std::size_t kFileAlignment = 64;  // of the file's address, size and tensors
inline constexpr std::size_t kMaxFileBytes = std::size_t{1} << 30;
inline constexpr std::uint32_t kMaxTables = 1u << 17;  // layers, tensors, samples, ...: bounds the work
inline constexpr std::uint32_t kMaxNameBytes = 255;    // of a layer with parameters
inline constexpr std::uint64_t kKnownFeatures = 0;     // bits of required_features

struct ReadOptions {
  // False saves one pass over the file where storage is trusted; every other check is always made.
  bool checksum = true;
};

// `file` is a whole model file at an address that is a multiple of 64 and must outlive what is returned.
// Errors: those of the first group of Status, each with its numbers.
Result<FileView> open_model(std::span<const std::byte> file, ReadOptions options = {});

// The network alone.
Result<Model> read_model(std::span<const std::byte> file, ReadOptions options = {});

}  // namespace lentil::formats
