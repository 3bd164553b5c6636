#include <array>

#include "formats/export/exporter.h"

namespace lentil::formats {
namespace {

constexpr std::array kExporters{&kOnnxExporter,      &kSafetensorsExporter, &kNpzExporter,
                                &kStateDictExporter, &kPytorchExporter,     &kCardExporter,
                                &kCArrayExporter};

}  // namespace

std::span<const Exporter* const> exporters() { return kExporters; }

}  // namespace lentil::formats
