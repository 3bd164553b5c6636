// Keras: HDF5 files of Keras 1 to 3 (.h5), and Keras 3's archives (.keras).
#include <algorithm>

#include "formats/host/zip_archive.h"
#include "formats/import/importer.h"
#include "formats/import/keras_model.h"
#include "formats/import/keras_weight_file.h"

namespace lentil::formats {
namespace {

constexpr std::uint64_t kSpareBytes = 4 << 20;
const std::string kConfig = "config.json", kWeights = "model.weights.h5", kMetadata = "metadata.json";

Outcome<ZipReader> open_archive(std::span<const std::byte> bytes) {
  return ZipReader::open(bytes, "the archive", bytes.size() + kSpareBytes);
}

bool recognizes(std::span<const std::byte> bytes) {
  if (is_hdf5(bytes)) return true;
  if (!is_zip(bytes)) return false;
  const auto zip = open_archive(bytes);
  return zip && zip->holds(kConfig) && zip->holds(kWeights);
}

std::string_view characters(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Origin {
  std::string format;     // "Keras 2.3.0-tf, HDF5"
  std::string group;      // of the weights
  bool numbered = false;  // as .keras files have them
  bool flipped = false;   // Theano's kernels
};

Outcome<Imported> convert(const Json& model, Hdf5File& file, const Origin& origin, std::uint64_t most_bytes) {
  std::vector<std::uint32_t> sizes = keras_input(model);
  if (sizes.empty() || sizes.size() > 3 || std::ranges::count(sizes, 0u) > 0)
    return Failure{sizes.empty() ? "its description does not say how large its input is"
                                 : "its input is " + spell_sizes(sizes) +
                                       " (0: any size); only inputs of one "
                                       "size and at most three axes can be converted"};
  const std::string format = keras_data_format(model);
  if (format != "channels_last" && format != "channels_first")
    return Failure{"some of its layers have the channels first and some last"};
  const Json* config = member(model, "config");
  const std::string name = config == nullptr ? "" : text_of(*config, "name");
  const AxisOrder order = format == "channels_first" ? AxisOrder::channels_first : AxisOrder::channels_last;
  TfNetwork network(name.empty() ? "keras" : name, std::move(sizes), order, most_bytes / sizeof(float));
  KerasWeights weights(file, origin.numbered);
  Imported imported{origin.format, ModelFile{}};
  KerasModel layers(weights, network, imported.notes, origin.flipped);
  const TfValue output = layers.add_model(model, network.input(), {origin.group, ""});
  auto built = std::move(network).build(output);
  if (!built) return built.error();
  imported.contents = std::move(*built);
  return imported;
}

std::string first_text(const Hdf5File& file, const std::string& attribute) {
  for (const char* group : {"", "model_weights"}) {
    auto texts = file.texts(group, attribute);
    if (!texts.empty()) return texts[0];
  }
  return "";
}

Outcome<Imported> read_hdf5(std::span<const std::byte> bytes) {
  constexpr std::size_t kMostVersion = 32;
  const std::uint64_t most = 2 * std::uint64_t{bytes.size()} + kSpareBytes;
  auto file = Hdf5File::open(bytes, most);
  if (!file) return file.error();
  const std::string version = first_text(*file, "keras_version").substr(0, kMostVersion);
  const std::string format = "Keras" + (version.empty() ? "" : " " + version) + ", HDF5";
  const std::string description = first_text(*file, "model_config");
  if (description.empty()) return keras_weight_file(*file, format);
  const auto model = parse_json(description);
  if (!model) return model.error();
  return convert(*model, *file, {format, "model_weights", false, first_text(*file, "backend") == "theano"},
                 most);
}

Outcome<Imported> read_archive(std::span<const std::byte> bytes) {
  const auto zip = open_archive(bytes);
  if (!zip) return zip.error();
  const auto description = zip->read(kConfig), weights = zip->read(kWeights);
  if (!description) return description.error();
  if (!weights) return weights.error();
  std::string version;
  if (zip->holds(kMetadata)) {
    const auto metadata = zip->read(kMetadata);
    const auto json = metadata ? parse_json(characters(*metadata)) : Outcome<Json>(Failure{});
    if (json) version = " " + text_of(*json, "keras_version").substr(0, 32);
  }
  const std::uint64_t most = bytes.size() + kSpareBytes;
  auto file = Hdf5File::open(*weights, most);
  if (!file) return file.error();
  const auto model = parse_json(characters(*description));
  if (!model) return model.error();
  return convert(*model, *file, {"Keras" + version + ", .keras archive", "", true}, most);
}

Outcome<Imported> read(const ImportSource& source) {
  return is_hdf5(source.bytes) ? read_hdf5(source.bytes) : read_archive(source.bytes);
}

}  // namespace

const Importer kKerasImporter{"keras", "Keras models and weights (.h5, .keras)", recognizes, read};

}  // namespace lentil::formats
