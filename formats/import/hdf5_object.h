// What stands in front of each group and data set of an HDF5 file: its header's messages.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace lentil::formats {

inline constexpr std::uint64_t kNoAddress = ~std::uint64_t{0};

enum class Hdf5Class : std::uint8_t { integer = 0, real = 1, text = 3, variable_text = 9, other = 255 };

struct Hdf5Type {
  Hdf5Class kind = Hdf5Class::other;
  std::uint32_t bytes = 0;  // of an element
  bool big_endian = false, is_signed = false;
  std::uint32_t exponent_bits = 0;  // of a real
};

using Hdf5Space = std::vector<std::uint64_t>;  // sizes; empty: a single value

struct Hdf5Filter {
  std::uint16_t id = 0;
};

enum class Hdf5Storage : std::uint8_t { none, compact, contiguous, chunked };

struct Hdf5Layout {
  Hdf5Storage storage = Hdf5Storage::none;
  std::span<const std::byte> data{};   // compact
  std::uint64_t address = kNoAddress;  // contiguous: of the data; chunked: of the tree
  std::uint64_t bytes = 0;             // contiguous
  std::vector<std::uint64_t> chunk{};  // sizes of a chunk
};

struct Hdf5Attribute {
  std::string name;
  Hdf5Type type;
  Hdf5Space space;
  std::span<const std::byte> data;
};

struct Hdf5Link {
  std::string name;
  std::uint64_t address = kNoAddress;
};

struct Hdf5Object {
  std::optional<Hdf5Type> type;
  std::optional<Hdf5Space> space;
  std::optional<Hdf5Layout> layout;
  std::vector<Hdf5Filter> filters;
  std::vector<Hdf5Attribute> attributes;
  std::vector<Hdf5Link> links;                         // hard ones that stand in the header
  std::uint64_t tree = kNoAddress, heap = kNoAddress;  // of an older group's members
  bool is_dense = false;                               // members are where they cannot be read
  std::string obstacle;                                // why its values cannot be read; empty: they can
};

// Null: there is no sound header at this address.
std::optional<Hdf5Object> read_hdf5_object(std::span<const std::byte> file, std::uint64_t address);

}  // namespace lentil::formats
