#include "formats/model_reader.h"

#include <array>

#include "formats/crc32.h"
#include "formats/model_checks.h"
#include "model_generated.h"

namespace lentil::formats {

static_assert(static_cast<int>(fbs::LayerType_MIN) == 0);
static_assert(static_cast<std::uint32_t>(fbs::LayerType_MAX) + 1 == kLayerTypes);
static_assert(static_cast<std::uint32_t>(fbs::StepKind_MAX) + 1 == kStepKinds);

namespace {

constexpr bool same(fbs::LayerType stored, LayerType type) {
  return static_cast<int>(stored) == static_cast<int>(type);
}
static_assert(same(fbs::LayerType_conv2d, LayerType::conv2d));
static_assert(same(fbs::LayerType_linear, LayerType::linear));
static_assert(same(fbs::LayerType_max_pool2d, LayerType::max_pool2d));
static_assert(same(fbs::LayerType_relu, LayerType::relu));
static_assert(same(fbs::LayerType_sigmoid, LayerType::sigmoid));
static_assert(same(fbs::LayerType_tanh, LayerType::tanh));
static_assert(same(fbs::LayerType_softmax, LayerType::softmax));
static_assert(same(fbs::LayerType_log_softmax, LayerType::log_softmax));
static_assert(same(fbs::LayerType_dropout, LayerType::dropout));
static_assert(same(fbs::LayerType_dropout2d, LayerType::dropout2d));
static_assert(same(fbs::LayerType_flatten, LayerType::flatten));
static_assert(same(fbs::LayerType_avg_pool2d, LayerType::avg_pool2d));
static_assert(same(fbs::LayerType_global_avg_pool2d, LayerType::global_avg_pool2d));
static_assert(same(fbs::LayerType_leaky_relu, LayerType::leaky_relu));
static_assert(same(fbs::LayerType_prelu, LayerType::prelu));
static_assert(same(fbs::LayerType_elu, LayerType::elu));
static_assert(same(fbs::LayerType_batch_norm1d, LayerType::batch_norm1d));
static_assert(same(fbs::LayerType_batch_norm2d, LayerType::batch_norm2d));
static_assert(same(fbs::LayerType_reshape, LayerType::reshape));
static_assert(same(fbs::LayerType_add, LayerType::add));
static_assert(same(fbs::LayerType_sub, LayerType::sub));
static_assert(same(fbs::LayerType_mul, LayerType::mul));
static_assert(same(fbs::LayerType_concat, LayerType::concat));

constexpr std::size_t kHeaderBytes = 8;  // the root's offset and the identifier
constexpr std::uint32_t kMaxDepth = 8;   // file, layer, tensor, and room to grow

const std::uint8_t* address(std::span<const std::byte> file) {
  return reinterpret_cast<const std::uint8_t*>(file.data());
}

Error check_envelope(std::span<const std::byte> file) {
  if (file.size() < kHeaderBytes) return {Status::file_truncated, 0, kFileAlignment, file.size()};
  if (!fbs::ModelFileBufferHasIdentifier(file.data())) return {Status::not_a_lentil_file};
  if (file.size() < kFileAlignment) return {Status::file_truncated, 0, kFileAlignment, file.size()};
  if (file.size() > kMaxFileBytes) return {Status::file_corrupt, 0, kMaxFileBytes, file.size()};
  const std::uintptr_t offset = reinterpret_cast<std::uintptr_t>(file.data()) % kFileAlignment;
  return offset == 0 ? Error{} : Error{Status::misaligned_file, 0, kFileAlignment, offset};
}

flatbuffers::Verifier verifier(std::span<const std::byte> file) {
  return {address(file), file.size(), kMaxDepth, kMaxTables};
}

// The bytes outside the checksum's own four, which count as zero.
std::uint32_t computed_checksum(std::span<const std::byte> file, std::size_t place) {
  constexpr std::array<std::byte, sizeof(std::uint32_t)> kZeros{};
  return crc32(file.subspan(place + kZeros.size()), crc32(kZeros, crc32(file.first(place))));
}

// Looks at the root table's first fields alone, before everything else is verified: a damaged file is then
// told from one that was cut or is too new.
Error check_root(std::span<const std::byte> file, ReadOptions options) {
  using Root = fbs::ModelFile;
  flatbuffers::Verifier verify = verifier(file);
  const auto offset = verify.VerifyOffset(0);
  if (offset == 0) return {Status::file_corrupt};
  const auto& root = *reinterpret_cast<const flatbuffers::Table*>(address(file) + offset);
  if (!root.VerifyTableStart(verify) ||
      !root.VerifyField<std::uint64_t>(verify, Root::VT_REQUIRED_FEATURES, sizeof(std::uint64_t)) ||
      !root.VerifyField<std::uint32_t>(verify, Root::VT_FILE_BYTES, sizeof(std::uint32_t)) ||
      !root.VerifyField<std::uint32_t>(verify, Root::VT_CHECKSUM, sizeof(std::uint32_t))) {
    return {Status::file_corrupt};
  }
  const auto unknown = root.GetField<std::uint64_t>(Root::VT_REQUIRED_FEATURES, 0) & ~kKnownFeatures;
  if (unknown != 0) return {Status::format_too_new, 0, kKnownFeatures, unknown};
  const auto bytes = root.GetField<std::uint32_t>(Root::VT_FILE_BYTES, 0);
  if (file.size() < bytes) return {Status::file_truncated, 0, bytes, file.size()};
  if (file.size() > bytes) return {Status::file_corrupt, 0, bytes, file.size()};
  if (bytes % kFileAlignment != 0) return {Status::file_corrupt, 0, kFileAlignment, bytes % kFileAlignment};
  const std::uint8_t* stored = root.GetAddressOf(Root::VT_CHECKSUM);
  if (stored == nullptr) return {Status::file_corrupt};
  if (!options.checksum) return {};
  const auto expected = flatbuffers::ReadScalar<std::uint32_t>(stored);
  const auto computed = computed_checksum(file, static_cast<std::size_t>(stored - address(file)));
  return computed == expected ? Error{} : Error{Status::checksum_mismatch, 0, expected, computed};
}

}  // namespace

// The one that may make a FileView.
class ModelChecker {
 public:
  static Result<FileView> open(std::span<const std::byte> file, ReadOptions options) {
    if (const Error e = check_envelope(file); wrong(e)) return e;
    if (const Error e = check_root(file, options); wrong(e)) return e;
    flatbuffers::Verifier verify = verifier(file);
    if (!fbs::VerifyModelFileBuffer(verify)) return Error{Status::file_corrupt};
    const fbs::ModelFile& root = *fbs::GetModelFile(file.data());
    const FileView view(file, &root);
    if (const Error e = check_contents(view, root); wrong(e)) return e;
    return view;
  }
};

Result<FileView> open_model(std::span<const std::byte> file, ReadOptions options) {
  return ModelChecker::open(file, options);
}

Result<Model> read_model(std::span<const std::byte> file, ReadOptions options) {
  const Result<FileView> view = open_model(file, options);
  if (!view) return view.error();
  return view->model();
}

}  // namespace lentil::formats
