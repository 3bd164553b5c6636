#include "formats/import/hdf5_object.h"

#include "formats/import/byte_cursor.h"

namespace lentil::formats {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::size_t kMostMessages = 4096, kMostBlocks = 64, kMostFilters = 32;
constexpr std::uint8_t kMostAxes = 8, kShared = 2;

enum Message : std::uint16_t {
  kDataspace = 1,
  kLinkInfo = 2,
  kDatatype = 3,
  kLink = 6,
  kDataLayout = 8,
  kFilters = 11,
  kAttribute = 12,
  kContinuation = 16,
  kSymbolTable = 17,
};

std::uint64_t padded(std::uint64_t size) { return (size + 7) / 8 * 8; }

Hdf5Type parse_type(Bytes body) {
  ByteCursor c(body);
  const std::uint8_t kind = c.u8() & 15;
  const auto bits = static_cast<std::uint32_t>(c.number(3));
  Hdf5Type type{.bytes = c.u32(), .big_endian = (bits & 1) != 0};
  if (kind == 0) {
    type.kind = Hdf5Class::integer;
    type.is_signed = (bits & 8) != 0;
  } else if (kind == 1) {
    type.kind = Hdf5Class::real;
    c.skip(5);  // offset, precision, place of the exponent
    type.exponent_bits = c.u8();
    if ((bits & 64) != 0) type.kind = Hdf5Class::other;  // VAX
  } else if (kind == 3) {
    type.kind = Hdf5Class::text;
  } else if (kind == 9 && (bits & 15) == 1) {
    type.kind = Hdf5Class::variable_text;
  }
  if (c.failed()) type.kind = Hdf5Class::other;
  return type;
}

std::optional<Hdf5Space> parse_space(Bytes body) {
  constexpr std::uint8_t kNull = 2;
  ByteCursor c(body);
  const std::uint8_t version = c.u8(), axes = c.u8();
  c.skip(1);
  const std::uint8_t kind = c.u8();
  if (version == 1) c.skip(4);
  if (axes > kMostAxes || (version != 1 && version != 2) || (version == 2 && kind == kNull))
    return std::nullopt;
  Hdf5Space sizes;
  for (std::uint8_t i = 0; i < axes; ++i) sizes.push_back(c.u64());
  if (c.failed()) return std::nullopt;
  return sizes;
}

std::optional<Hdf5Layout> parse_layout(Bytes body) {
  ByteCursor c(body);
  const std::uint8_t version = c.u8(), kind = c.u8();
  Hdf5Layout layout;
  if (version != 3 && (version != 4 || kind > 1)) return std::nullopt;
  if (kind == 0) {
    layout.storage = Hdf5Storage::compact;
    layout.data = c.take(c.u16());
  } else if (kind == 1) {
    layout.storage = Hdf5Storage::contiguous;
    layout.address = c.u64();
    layout.bytes = c.u64();
  } else if (kind == 2) {
    layout.storage = Hdf5Storage::chunked;
    const std::uint8_t axes = c.u8();  // and one for the bytes of an element
    if (axes < 2 || axes > kMostAxes + 1) return std::nullopt;
    layout.address = c.u64();
    for (std::uint8_t i = 1; i < axes; ++i) layout.chunk.push_back(c.u32());
  } else {
    return std::nullopt;
  }
  if (c.failed()) return std::nullopt;
  return layout;
}

std::vector<Hdf5Filter> parse_filters(Bytes body) {
  constexpr std::uint16_t kFirstNamed = 256;
  ByteCursor c(body);
  const std::uint8_t version = c.u8(), count = c.u8();
  if (version == 1) c.skip(6);
  std::vector<Hdf5Filter> filters;
  for (std::size_t i = 0; i < count && i < kMostFilters; ++i) {
    const std::uint16_t id = c.u16();
    const std::uint16_t name = version == 1 || id >= kFirstNamed ? c.u16() : std::uint16_t{0};
    c.skip(2);
    const std::uint16_t values = c.u16();
    c.skip(version == 1 ? padded(name) : name);
    c.skip(std::uint64_t{4} * values + (version == 1 && values % 2 == 1 ? 4 : 0));
    filters.push_back({id});
  }
  constexpr std::uint16_t kDamaged = 0;  // an id that no filter has
  if (c.failed()) filters.assign(1, {kDamaged});
  return filters;
}

std::string text_of(Bytes bytes) {
  const auto* start = reinterpret_cast<const char*>(bytes.data());
  const std::string_view all(start, bytes.size());
  return std::string(all.substr(0, all.find('\0')));
}

std::optional<Hdf5Attribute> parse_attribute(Bytes body) {
  ByteCursor c(body);
  const std::uint8_t version = c.u8(), flags = c.u8();
  if (version < 1 || version > 3 || (version > 1 && (flags & 3) != 0)) return std::nullopt;
  const std::uint16_t name = c.u16(), type = c.u16(), space = c.u16();
  if (version == 3) c.skip(1);
  const auto whole = [&](std::uint16_t size) { return version == 1 ? padded(size) : size; };
  Hdf5Attribute a;
  a.name = text_of(c.take(whole(name)));
  a.type = parse_type(c.take(whole(type)));
  auto sizes = parse_space(c.take(whole(space)));
  a.data = c.take(c.left());
  if (c.failed() || !sizes) return std::nullopt;
  a.space = std::move(*sizes);
  return a;
}

// Hard links alone: soft and external ones are never followed.
std::optional<Hdf5Link> parse_link(Bytes body) {
  ByteCursor c(body);
  const std::uint8_t version = c.u8(), flags = c.u8();
  const std::uint8_t kind = (flags & 8) != 0 ? c.u8() : std::uint8_t{0};
  if ((flags & 4) != 0) c.skip(8);
  if ((flags & 16) != 0) c.skip(1);
  const std::uint64_t length = c.number(std::size_t{1} << (flags & 3));
  Hdf5Link link;
  link.name = text_of(c.take(length));
  link.address = c.u64();
  if (c.failed() || version != 1 || kind != 0) return std::nullopt;
  return link;
}

bool is_dense(Bytes body) {
  ByteCursor c(body);
  c.skip(1);
  if ((c.u8() & 1) != 0) c.skip(8);
  return c.u64() != kNoAddress && !c.failed();
}

// Reads messages, block after block.
class HeaderReader {
 public:
  explicit HeaderReader(Bytes file) : file_(file) {}

  std::optional<Hdf5Object> read(std::uint64_t address) {
    ByteCursor c(file_, address);
    const bool newer = c.u8() == 'O';
    if (newer ? !start_newer(address) : !start_older(address)) return std::nullopt;
    // Blocks are named by messages of the blocks before.
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      if (!read_block(blocks_[i])) return std::nullopt;
    }
    return std::move(object_);
  }

 private:
  bool start_older(std::uint64_t address) {
    ByteCursor c(file_, address);
    if (c.u8() != 1) return false;
    c.skip(7);
    const std::uint32_t size = c.u32();
    c.skip(4);
    blocks_.push_back(c.take(size));
    return !c.failed();
  }

  bool start_newer(std::uint64_t address) {
    ByteCursor c(file_, address);
    c.expects("OHDR");
    newer_ = c.u8() == 2;
    const std::uint8_t flags = c.u8();
    if ((flags & 32) != 0) c.skip(16);
    if ((flags & 16) != 0) c.skip(4);
    has_order_ = (flags & 4) != 0;
    const std::uint64_t size = c.number(std::size_t{1} << (flags & 3));
    blocks_.push_back(c.take(size));
    return newer_ && !c.failed();
  }

  bool read_block(Bytes block) {
    ByteCursor c(block);
    const std::size_t head = newer_ ? (has_order_ ? 6 : 4) : 8;
    while (c.left() >= head) {
      const auto type = static_cast<std::uint16_t>(newer_ ? c.u8() : c.u16());
      const std::uint16_t size = c.u16();
      const std::uint8_t flags = c.u8();
      c.skip(head - (newer_ ? 4 : 5));
      const Bytes body = c.take(size);
      if (c.failed() || ++messages_ > kMostMessages) return false;
      if (!take_message(type, flags, body)) return false;
    }
    return true;
  }

  bool continue_at(Bytes body) {
    ByteCursor where(body);
    const std::uint64_t address = where.u64(), size = where.u64();
    ByteCursor c(file_, address);
    Bytes block = c.take(size);
    constexpr std::size_t kChecksum = 4;
    if (newer_) {
      ByteCursor inner(block);
      if (!inner.expects("OCHK") || inner.left() < kChecksum) return false;
      block = inner.take(inner.left() - kChecksum);
    }
    blocks_.push_back(block);
    return !where.failed() && !c.failed() && blocks_.size() <= kMostBlocks;
  }

  bool take_message(std::uint16_t type, std::uint8_t flags, Bytes body) {
    const bool shared = (flags & kShared) != 0;
    if (shared && (type == kDatatype || type == kDataspace || type == kFilters)) {
      object_.obstacle = "its type is kept apart from it";
      return true;
    }
    switch (type) {
      case kDataspace:
        object_.space = parse_space(body);
        return object_.space.has_value();
      case kDatatype:
        object_.type = parse_type(body);
        return true;
      case kDataLayout:
        object_.layout = parse_layout(body);
        if (!object_.layout) object_.obstacle = "its layout is of another version of HDF5";
        return true;
      case kFilters:
        object_.filters = parse_filters(body);
        return true;
      case kAttribute:
        if (auto a = parse_attribute(body)) object_.attributes.push_back(std::move(*a));
        return true;
      case kLink:
        if (auto link = parse_link(body)) object_.links.push_back(std::move(*link));
        return true;
      case kLinkInfo:
        object_.is_dense = is_dense(body);
        return true;
      case kContinuation:
        return continue_at(body);
      case kSymbolTable: {
        ByteCursor c(body);
        object_.tree = c.u64();
        object_.heap = c.u64();
        return !c.failed();
      }
      default:
        return true;
    }
  }

  Bytes file_;
  std::vector<Bytes> blocks_;
  std::size_t messages_ = 0;
  bool newer_ = false, has_order_ = false;
  Hdf5Object object_;
};

}  // namespace

std::optional<Hdf5Object> read_hdf5_object(Bytes file, std::uint64_t address) {
  return HeaderReader(file).read(address);
}

}  // namespace lentil::formats
