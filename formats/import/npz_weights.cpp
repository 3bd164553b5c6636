// NumPy's archives of weights, one array for each tensor.
#include <cstring>

#include "formats/host/dataset_npz.h"
#include "formats/host/npy.h"
#include "formats/host/zip_archive.h"
#include "formats/import/batch_counters.h"
#include "formats/import/importer.h"

namespace lentil::formats {
namespace {

constexpr std::string_view kEnding = ".npy";
constexpr std::uint64_t kRoom = 8 << 20;  // bytes that even a small archive may be unpacked to

// In the order of Dtype.
constexpr std::array kTypeNames{"float16", "float32", "float64", "int8",   "int16",  "int32",
                                "int64",   "uint8",   "uint16",  "uint32", "uint64", "bool"};

// Arrays as files hold them, and as values: each may take twice the archive's bytes and some more.
std::uint64_t most_bytes(std::span<const std::byte> archive) { return 2 * archive.size() + kRoom; }

// The name of the first member, which stands in its header.
std::string_view first_name(std::span<const std::byte> zip) {
  constexpr std::size_t kLengthAt = 26, kNameAt = 30;
  if (!is_zip(zip) || zip.size() < kNameAt) return {};
  std::uint16_t length;
  std::memcpy(&length, zip.data() + kLengthAt, sizeof(length));
  const std::string_view text(reinterpret_cast<const char*>(zip.data()), zip.size());
  return text.substr(kNameAt, length);
}

bool recognizes(std::span<const std::byte> bytes) { return first_name(bytes).ends_with(kEnding); }

// `room`: bytes that values may still take.
Outcome<NamedTensor> read_array(const std::string& name, std::span<const std::byte> npy,
                                std::uint64_t& room) {
  const auto fail = [&](const std::string& why) { return Failure{"array '" + name + "': " + why}; };
  const auto header = parse_npy(npy);
  if (!header) return fail(header.error().message);
  const std::uint64_t needed = static_cast<std::uint64_t>(header->layout.count()) * sizeof(float);
  if (needed > room) return fail("its values are more than weights of such a file can be");
  room -= needed;
  auto values = read_npy<float>(npy);
  if (!values) return fail(values.error().message);
  NamedTensor tensor{
      name, {}, std::move(*values).take(), kTypeNames[static_cast<std::size_t>(header->dtype)]};
  for (const std::int64_t size : std::span(header->layout.sizes).first(header->layout.rank))
    tensor.shape.push_back(static_cast<std::uint32_t>(size));
  return tensor;
}

Outcome<Imported> read(const ImportSource& source) {
  const auto zip = ZipReader::open(source.bytes, "its archive", most_bytes(source.bytes), kEnding);
  if (!zip) return zip.error();
  std::vector<std::string> names = zip->names();
  for (std::string& name : names) name.resize(name.size() - kEnding.size());
  if (names_images_and_labels(names)) {
    return Failure{
        "it holds images and labels, not weights: it is a data set; lentil train and lentil eval take it "
        "with --data " +
        source.path};
  }
  WeightFile file;
  std::uint64_t room = most_bytes(source.bytes);
  for (const std::string& name : names) {
    const auto npy = zip->read(name + std::string(kEnding));
    if (!npy) return npy.error();
    auto tensor = read_array(name, *npy, room);
    if (!tensor) return tensor.error();
    file.tensors.push_back(std::move(*tensor));
  }
  Imported imported{"NumPy archive", {}};
  leave_out_batch_counters(file, imported.notes);
  imported.contents = std::move(file);
  return imported;
}

}  // namespace

const Importer kNpzImporter{"npz", "NumPy archives (.npz) of weights", recognizes, read};

}  // namespace lentil::formats
