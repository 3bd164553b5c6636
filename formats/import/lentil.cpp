// Model files of our own, so that whoever compares models need not know which is which.
#include <cstring>

#include "formats/import/importer.h"
#include "formats/model_reader.h"

namespace lentil::formats {
namespace {

constexpr std::string_view kIdentifier = "LNTL";
constexpr std::size_t kIdentifierStart = 4;

bool recognizes(std::span<const std::byte> bytes) {
  return bytes.size() >= kIdentifierStart + kIdentifier.size() &&
         std::memcmp(bytes.data() + kIdentifierStart, kIdentifier.data(), kIdentifier.size()) == 0;
}

Outcome<Imported> read(const ImportSource& source) {
  const auto file = open_model(source.bytes);
  if (!file) return Failure{explain(file.error())};
  return Imported{.format = "Lentil model", .contents = to_model_file(*file), .input_known = true};
}

}  // namespace

const Importer kLentilImporter{"lentil", "Lentil model files (.lentil)", recognizes, read};

}  // namespace lentil::formats
