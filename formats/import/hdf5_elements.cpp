// The bytes of a data set: in its header, in one piece, or in chunks that filters have packed.
#include <algorithm>
#include <set>
#include <zlib.h>

#include "formats/import/byte_cursor.h"
#include "formats/import/hdf5.h"

namespace lentil::formats {
namespace {

using Bytes = std::span<const std::byte>;
using Buffer = std::vector<std::byte>;

constexpr std::uint64_t kMostChunkBytes = 8 << 20;
constexpr std::size_t kMostDepth = 16;
constexpr std::uint16_t kDeflate = 1, kShuffle = 2, kFletcher = 3;

std::uint64_t product(const std::vector<std::uint64_t>& sizes, std::uint64_t most) {
  std::uint64_t count = 1;
  for (const std::uint64_t size : sizes) {
    if (size != 0 && count > most / size) return most + 1;
    count *= size;
  }
  return count;
}

// All first bytes of the elements stand first, then all second ones.
Buffer unshuffled(const Buffer& in, std::size_t each) {
  const std::size_t count = in.size() / each;
  Buffer out = in;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t b = 0; b < each; ++b) out[i * each + b] = in[b * count + i];
  }
  return out;
}

class ChunkReader {
 public:
  ChunkReader(Bytes file, const Hdf5Object& object, Buffer& to)
      : file_(file), object_(object), space_(*object.space), chunk_(object.layout->chunk), to_(to) {}

  // Empty: all went well.
  std::string read() {
    const std::uint64_t each = object_.type->bytes;
    chunk_bytes_ = product(chunk_, kMostChunkBytes) * each;
    if (chunk_bytes_ == 0 || chunk_bytes_ > kMostChunkBytes || space_.size() != chunk_.size())
      return "has chunks of an impossible size";
    chunks_left_ = 1;
    for (std::size_t axis = 0; axis < space_.size(); ++axis) {
      const std::uint64_t along = (space_[axis] - 1) / chunk_[axis] + 1;
      chunks_left_ = along > kMostChunkBytes ? kMostChunkBytes : chunks_left_ * along;
      if (chunks_left_ * chunk_bytes_ > 4 * to_.size() + kMostChunkBytes) return "has too many chunks";
    }
    if (object_.layout->address != kNoAddress && !read_node(object_.layout->address, 0)) {
      return why_.empty() ? "has damaged chunks" : why_;
    }
    return "";
  }

 private:
  bool read_node(std::uint64_t address, std::size_t depth) {
    if (depth > kMostDepth || !visited_.insert(address).second) return false;
    ByteCursor c(file_, address);
    c.expects("TREE");
    const bool chunks = c.u8() == 1;
    const bool leaf = c.u8() == 0;
    const std::uint16_t children = c.u16();
    c.skip(16);
    for (std::uint16_t i = 0; i < children && !c.failed(); ++i) {
      const std::uint32_t bytes = c.u32(), skipped = c.u32();
      std::vector<std::uint64_t> at;
      for (std::size_t axis = 0; axis < space_.size(); ++axis) at.push_back(c.u64());
      c.skip(8);
      const std::uint64_t child = c.u64();
      if (c.failed()) return false;
      if (leaf ? !read_chunk(child, bytes, skipped, at) : !read_node(child, depth + 1)) return false;
    }
    return chunks && !c.failed();
  }

  bool read_chunk(std::uint64_t address, std::uint32_t bytes, std::uint32_t skipped,
                  const std::vector<std::uint64_t>& at) {
    if (chunks_left_-- == 0) return false;
    for (std::size_t axis = 0; axis < at.size(); ++axis) {
      if (at[axis] >= space_[axis]) return false;
    }
    ByteCursor c(file_, address);
    const Bytes stored = c.take(bytes);
    if (c.failed()) return false;
    auto whole = unpacked({stored.begin(), stored.end()}, skipped);
    if (whole.size() != chunk_bytes_) return false;
    copy_rows(whole, at);
    return true;
  }

  // Undoes the filters, the last one first. Empty: impossible.
  Buffer unpacked(Buffer bytes, std::uint32_t skipped) {
    for (std::size_t i = object_.filters.size(); i-- > 0;) {
      if ((skipped >> i & 1) != 0) continue;
      const std::uint16_t id = object_.filters[i].id;
      if (id == kDeflate) {
        Buffer out(static_cast<std::size_t>(chunk_bytes_));
        auto size = static_cast<uLongf>(out.size());
        const int status =
            uncompress(reinterpret_cast<Bytef*>(out.data()), &size,
                       reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uLong>(bytes.size()));
        if (status != Z_OK || size != out.size()) return {};
        bytes = std::move(out);
      } else if (id == kShuffle) {
        bytes = unshuffled(bytes, object_.type->bytes);
      } else if (id == kFletcher && bytes.size() >= 4) {
        bytes.resize(bytes.size() - 4);
      } else {
        why_ = "is packed by the HDF5 filter " + std::to_string(id) +
               "; only gzip, shuffle and fletcher32 are read";
        return {};
      }
    }
    return bytes;
  }

  // Rows along the last axis; what lies beyond the data set's own sizes is left out.
  void copy_rows(const Buffer& chunk, const std::vector<std::uint64_t>& at) {
    const std::size_t axes = chunk_.size(), each = object_.type->bytes;
    const std::uint64_t width = std::min(chunk_[axes - 1], space_[axes - 1] - at[axes - 1]);
    const std::uint64_t rows = chunk.size() / (chunk_[axes - 1] * each);
    for (std::uint64_t row = 0; row < rows; ++row) {
      std::uint64_t rest = row, target = 0, scale = space_[axes - 1];
      bool inside = true;
      for (std::size_t axis = axes - 1; axis-- > 0;) {
        const std::uint64_t place = at[axis] + rest % chunk_[axis];
        rest /= chunk_[axis];
        inside = inside && place < space_[axis];
        target += place * scale;
        scale *= space_[axis];
      }
      if (!inside) continue;
      const auto from = chunk.begin() + static_cast<std::ptrdiff_t>(row * chunk_[axes - 1] * each);
      std::copy_n(from, width * each,
                  to_.begin() + static_cast<std::ptrdiff_t>((target + at[axes - 1]) * each));
    }
  }

  Bytes file_;
  const Hdf5Object& object_;
  const Hdf5Space& space_;
  const std::vector<std::uint64_t>& chunk_;
  Buffer& to_;
  std::uint64_t chunk_bytes_ = 0, chunks_left_ = 0;
  std::set<std::uint64_t> visited_;
  std::string why_;
};

}  // namespace

Outcome<std::vector<std::byte>> read_hdf5_elements(Bytes file, const Hdf5Object& object,
                                                   std::uint64_t most_bytes) {
  const std::uint64_t each = object.type->bytes;
  const std::uint64_t count = product(*object.space, most_bytes / each);
  if (count > most_bytes / each) return Failure{"promises more elements than the file can hold"};
  const std::uint64_t bytes = count * each;
  const Hdf5Layout& layout = *object.layout;
  if (layout.storage == Hdf5Storage::chunked) {
    std::vector<std::byte> elements(static_cast<std::size_t>(bytes));
    if (bytes == 0) return elements;
    const std::string why = ChunkReader(file, object, elements).read();
    if (!why.empty()) return Failure{why};
    return elements;
  }
  ByteCursor c(file, layout.storage == Hdf5Storage::contiguous ? layout.address : 0);
  const Bytes found = layout.storage == Hdf5Storage::compact ? layout.data : c.take(layout.bytes);
  if (c.failed() || found.size() != bytes)
    return Failure{"has " + std::to_string(found.size()) + " bytes in the file where its sizes ask for " +
                   std::to_string(bytes)};
  return std::vector<std::byte>(found.begin(), found.end());
}

}  // namespace lentil::formats
