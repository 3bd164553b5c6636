#include "formats/import/hdf5.h"

#include <algorithm>
#include <bit>
#include <set>

#include "formats/host/half_float.h"
#include "formats/import/byte_cursor.h"

namespace lentil::formats {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::string_view kMagic = "\x89HDF\r\n\x1a\n";
constexpr std::size_t kMostDepth = 32, kMostName = 255, kMostObjects = 8192;
constexpr std::size_t kMostTexts = 1024;
constexpr std::size_t kVariableBytes = 16;  // length, address, index

// Bytes of a superblock: where the root group's header is. Null: not of a kind that is known.
std::optional<std::uint64_t> root_address(Bytes file) {
  ByteCursor c(file);
  if (!c.expects(kMagic)) return std::nullopt;
  const std::uint8_t version = c.u8();
  if (version > 3) return std::nullopt;
  const bool newer = version >= 2;
  if (!newer) c.skip(4);
  const std::uint8_t offset_bytes = c.u8(), length_bytes = c.u8();
  if (offset_bytes != 8 || length_bytes != 8) return std::nullopt;
  c.skip(newer ? 1 : version == 1 ? 13 : 9);
  const std::uint64_t base = c.u64();
  c.skip(8);
  const std::uint64_t end = c.u64();
  if (!newer) c.skip(16);  // the driver's block and the root's name
  const std::uint64_t root = c.u64();
  if (c.failed() || base != 0 || end > file.size()) return std::nullopt;
  return root;
}

float element(const Hdf5Type& type, Bytes bytes) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::byte b = bytes[type.big_endian ? i : bytes.size() - 1 - i];
    bits = bits << 8 | std::to_integer<std::uint64_t>(b);
  }
  if (type.kind == Hdf5Class::real) {
    if (type.bytes == 2) return from_half(static_cast<std::uint16_t>(bits));
    if (type.bytes == 4) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
    return static_cast<float>(std::bit_cast<double>(bits));
  }
  if (!type.is_signed) return static_cast<float>(bits);
  const std::size_t unused = 64 - 8 * bytes.size();
  return static_cast<float>(static_cast<std::int64_t>(bits << unused) >> unused);
}

bool is_number(const Hdf5Type& t) {
  const bool integer =
      t.kind == Hdf5Class::integer && (t.bytes == 1 || t.bytes == 2 || t.bytes == 4 || t.bytes == 8);
  const bool real = t.kind == Hdf5Class::real &&
                    ((t.bytes == 2 && t.exponent_bits == 5) || (t.bytes == 4 && t.exponent_bits == 8) ||
                     (t.bytes == 8 && t.exponent_bits == 11));
  return integer || real;
}

}  // namespace

// Visits all groups once, whatever links to them.
class Hdf5File::Walk {
 public:
  explicit Walk(Hdf5File& file) : file_(file), names_left_(file.bytes_.size() + 65536) {}

  std::string enter(std::uint64_t address, const std::string& path, std::size_t depth) {
    if (depth > kMostDepth) return "its groups are nested too deeply";
    if (!visited_.insert(address).second) return "";
    if (++objects_ > kMostObjects) return "it has too many groups and data sets";
    auto object = read_hdf5_object(file_.bytes_, address);
    if (!object) return "it is damaged or cut off" + (path.empty() ? "" : " at '" + path + "'");
    if (object->layout || object->space || object->type) {
      file_.datasets_.push_back({path, std::move(*object)});
      return "";
    }
    file_.groups_.emplace(path, address);
    if (object->is_dense)
      return "its group '" + path +
             "' has members in a form that only newer versions of HDF5 write; save it "
             "with Keras's defaults";
    if (object->tree != kNoAddress && !members_of_tree(object->tree, object->heap, *object, 0))
      return "its group '" + path + "' is damaged";
    for (const Hdf5Link& link : object->links) {
      const std::size_t length = path.size() + link.name.size() + 1;
      if (link.name.empty() || link.name.size() > kMostName || length > names_left_)
        return "its names are too long";
      names_left_ -= length;
      const std::string why =
          enter(link.address, path.empty() ? link.name : path + "/" + link.name, depth + 1);
      if (!why.empty()) return why;
    }
    return "";
  }

 private:
  // Appends the hard links of an older group.
  bool members_of_tree(std::uint64_t node, std::uint64_t heap, Hdf5Object& group, std::size_t depth) {
    if (depth > kMostDepth || !visited_.insert(node).second) return false;
    ByteCursor c(file_.bytes_, node);
    c.expects("TREE");
    const std::uint8_t type = c.u8();
    const bool leaf = c.u8() == 0;
    const std::uint16_t children = c.u16();
    c.skip(16 + 8);  // neighbours and the first key
    for (std::uint16_t i = 0; i < children && !c.failed(); ++i) {
      const std::uint64_t child = c.u64();
      c.skip(8);
      const bool sound =
          leaf ? members_of_leaf(child, heap, group) : members_of_tree(child, heap, group, depth + 1);
      if (!sound) return false;
    }
    return !c.failed() && type == 0;
  }

  bool members_of_leaf(std::uint64_t node, std::uint64_t heap, Hdf5Object& group) {
    if (!visited_.insert(node).second) return false;
    ByteCursor c(file_.bytes_, node);
    c.expects("SNOD");
    c.skip(2);
    const std::uint16_t count = c.u16();
    for (std::uint16_t i = 0; i < count && !c.failed(); ++i) {
      const std::uint64_t name = c.u64(), address = c.u64();
      const std::uint32_t cached = c.u32();
      c.skip(20);
      constexpr std::uint32_t kSoftLink = 2;
      if (cached == kSoftLink || address == kNoAddress) continue;
      const auto text = heap_name(heap, name);
      if (!text) return false;
      group.links.push_back({*text, address});
    }
    return !c.failed();
  }

  std::optional<std::string> heap_name(std::uint64_t heap, std::uint64_t offset) const {
    ByteCursor c(file_.bytes_, heap);
    c.expects("HEAP");
    c.skip(4);
    const std::uint64_t size = c.u64();
    c.skip(8);
    c.move_to(c.u64());
    const Bytes segment = c.take(size);
    if (c.failed() || offset >= segment.size()) return std::nullopt;
    const Bytes name = segment.subspan(static_cast<std::size_t>(offset));
    const auto end = std::ranges::find(name.first(std::min(name.size(), kMostName + 1)), std::byte{0});
    return std::string(reinterpret_cast<const char*>(name.data()),
                       static_cast<std::size_t>(end - name.begin()));
  }

  Hdf5File& file_;
  std::set<std::uint64_t> visited_;
  std::uint64_t names_left_;
  std::size_t objects_ = 0;
};

std::string Hdf5Dataset::type_name() const {
  if (!object.type) return "unknown";
  const Hdf5Type& t = *object.type;
  const std::string bits = std::to_string(8 * t.bytes);
  if (t.kind == Hdf5Class::real) return "float" + bits;
  if (t.kind == Hdf5Class::integer) return (t.is_signed ? "int" : "uint") + bits;
  return "text";
}

Outcome<Hdf5File> Hdf5File::open(Bytes bytes, std::uint64_t most_bytes) {
  const auto root = root_address(bytes);
  if (!root) return Failure{"this HDF5 file is cut off, or of a version that is not known"};
  Hdf5File file(bytes, most_bytes);
  const std::string why = Walk(file).enter(*root, "", 0);
  if (!why.empty()) return Failure{"an HDF5 file, but " + why};
  return file;
}

const Hdf5Dataset* Hdf5File::find(const std::string& path) const {
  const auto found = std::ranges::find(datasets_, path, &Hdf5Dataset::path);
  return found == datasets_.end() ? nullptr : &*found;
}

std::string Hdf5File::variable_text(Bytes reference) const {
  ByteCursor c(reference);
  const std::uint32_t length = c.u32();
  const std::uint64_t address = c.u64();
  const std::uint32_t wanted = c.u32();
  ByteCursor heap(bytes_, address);
  heap.expects("GCOL");
  heap.skip(4);
  const std::uint64_t size = heap.u64();
  const std::uint64_t end = heap.position() - 16 + size;
  while (!heap.failed() && heap.position() + 16 <= end) {
    const std::uint16_t index = heap.u16();
    heap.skip(6);
    const std::uint64_t bytes = heap.u64();
    const Bytes text = heap.take(bytes);
    if (index == wanted && !heap.failed())
      return {reinterpret_cast<const char*>(text.data()), std::min<std::size_t>(length, text.size())};
    if (index == 0) break;  // what follows is free
    heap.skip((8 - bytes % 8) % 8);
  }
  return "";
}

std::vector<std::string> Hdf5File::texts(const std::string& group, const std::string& attribute) const {
  const auto place = groups_.find(group);
  if (place == groups_.end()) return {};
  const auto object = read_hdf5_object(bytes_, place->second);
  if (!object) return {};
  const auto found = std::ranges::find(object->attributes, attribute, &Hdf5Attribute::name);
  if (found == object->attributes.end()) return {};
  const bool variable = found->type.kind == Hdf5Class::variable_text;
  const std::size_t each = variable ? kVariableBytes : found->type.bytes;
  std::uint64_t count = 1;
  for (const std::uint64_t size : found->space)
    count = size > kMostTexts ? 0 : std::min(count * size, std::uint64_t{kMostTexts});
  if ((!variable && found->type.kind != Hdf5Class::text) || each == 0) return {};
  std::vector<std::string> result;
  std::size_t characters_left = bytes_.size();  // many references may name one text
  for (Bytes rest = found->data; rest.size() >= each && result.size() < count; rest = rest.subspan(each)) {
    const Bytes one = rest.first(each);
    if (variable) {
      result.push_back(variable_text(one));
    } else {
      const std::string_view all(reinterpret_cast<const char*>(one.data()), one.size());
      result.emplace_back(all.substr(0, all.find('\0')));
    }
    if (result.back().size() > characters_left) return {};
    characters_left -= result.back().size();
  }
  return result;
}

Outcome<std::vector<float>> Hdf5File::read(const Hdf5Dataset& dataset) {
  const auto fail = [&](const std::string& why) { return Failure{"'" + dataset.path + "' " + why}; };
  const Hdf5Object& object = dataset.object;
  if (!object.obstacle.empty()) return fail("cannot be read: " + object.obstacle);
  if (!object.type || !object.space || !object.layout) return fail("is damaged");
  if (!is_number(*object.type)) return fail("holds no numbers of a usual type");
  auto stored = read_hdf5_elements(bytes_, object, bytes_left_);
  if (!stored) return fail(stored.error().message);
  const std::size_t each = object.type->bytes, count = stored->size() / each;
  if (count * sizeof(float) > bytes_left_)
    return fail("and what is before it are more than the file can hold");
  bytes_left_ -= count * sizeof(float);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = element(*object.type, Bytes(*stored).subspan(i * each, each));
  return values;
}

bool is_hdf5(Bytes bytes) { return ByteCursor(bytes).expects(kMagic); }

}  // namespace lentil::formats
