#include "formats/host/zip_archive.h"

#include <algorithm>
#include <array>
#include <utility>
#include <zip.h>

namespace lentil::formats {
namespace {

// Deflate cannot shrink data further than this.
constexpr std::uint64_t kMostInflation = 1032;
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kLocalHeaderBytes = 30, kExtraHeaderBytes = 4;  // in front of name and extra field
constexpr zip_uint16_t kPaddingField = 'F' | 'B' << 8;                // the mark that PyTorch gives it
constexpr zip_uint16_t kFirstDate =
    1 << 5 | 1;  // 1 January 1980, the earliest: times would make files differ

struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
  void operator()(zip_file_t* file) const { zip_fclose(file); }
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using ZipArchive = std::unique_ptr<zip_t, Discard>;
using ZipFile = std::unique_ptr<zip_file_t, Discard>;
using ZipSource = std::unique_ptr<zip_source_t, Discard>;

class ZipError {
 public:
  ZipError() { zip_error_init(&error_); }
  ~ZipError() { zip_error_fini(&error_); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  zip_error_t* get() { return &error_; }
  std::string text() { return zip_error_strerror(&error_); }

 private:
  zip_error_t error_{};
};

// An archive in memory, and its source, which the archive shares.
struct Opened {
  ZipArchive archive;
  ZipSource source;
};

Outcome<Opened> open_archive(const void* bytes, std::size_t size, int flags) {
  ZipError error;
  ZipSource source(zip_source_buffer_create(bytes, size, 0, error.get()));
  if (!source) return Failure{error.text()};
  ZipArchive archive(zip_open_from_source(source.get(), flags, error.get()));
  if (!archive) return Failure{error.text()};
  zip_source_keep(source.get());  // one reference is the archive's now
  return Opened{std::move(archive), std::move(source)};
}

// Why this member is not to be read; empty: it is.
std::string objection(const zip_stat_t& member, std::uint64_t file_bytes) {
  if (member.encryption_method != ZIP_EM_NONE) return "is encrypted";
  if (member.comp_method != ZIP_CM_STORE && member.comp_method != ZIP_CM_DEFLATE) {
    return "is packed by method " + std::to_string(member.comp_method) + ", and only stored and deflated " +
           "members can be read";
  }
  const std::uint64_t most =
      member.comp_method == ZIP_CM_STORE ? member.comp_size : member.comp_size * kMostInflation;
  if (member.comp_size > file_bytes || member.size > most) {
    return "promises " + std::to_string(member.size) + " bytes, more than the archive can hold";
  }
  return "";
}

// The extra field's contents that make a member's bytes begin where they should; `at` is where it begins.
std::vector<zip_uint8_t> padding_before(std::size_t at, const ZipMember& member) {
  const std::size_t start = at + kLocalHeaderBytes + member.name.size() + kExtraHeaderBytes;
  return std::vector<zip_uint8_t>((kAlignment - start % kAlignment) % kAlignment, 'Z');
}

}  // namespace

struct ZipReader::Archive {
  std::string path;
  Opened zip;
};

Outcome<ZipReader> ZipReader::open(std::span<const std::byte> bytes, const std::string& path,
                                   std::uint64_t most_bytes, std::string_view ending) {
  auto opened = open_archive(bytes.data(), bytes.size(), ZIP_RDONLY | ZIP_CHECKCONS);
  if (!opened) return Failure{path + ": no usable zip archive: " + opened.error().message};

  std::vector<std::string> names;
  std::uint64_t total = 0;
  const auto count = static_cast<zip_uint64_t>(zip_get_num_entries(opened->archive.get(), 0));
  for (zip_uint64_t i = 0; i < count; ++i) {
    zip_stat_t member;
    if (zip_stat_index(opened->archive.get(), i, 0, &member) != 0) {
      return Failure{path + ": member " + std::to_string(i) + " cannot be read"};
    }
    const std::string_view name = member.name;
    if (!name.ends_with(ending)) continue;
    if (const std::string why = objection(member, bytes.size()); !why.empty()) {
      return Failure{path + ": its member '" + std::string(name) + "' " + why};
    }
    total += member.size;
    if (total > most_bytes) {
      return Failure{path + ": its members have more bytes than the limit of " + std::to_string(most_bytes)};
    }
    names.emplace_back(name);
  }
  std::vector<std::string> sorted = names;
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end()) {
    return Failure{path + ": it holds two members named '" + *twice + "'"};
  }
  return ZipReader(std::make_shared<Archive>(Archive{path, std::move(*opened)}), std::move(names));
}

bool ZipReader::holds(std::string_view name) const { return std::ranges::count(names_, name) > 0; }

Outcome<AlignedBytes> ZipReader::read(const std::string& name) const {
  const auto fail = [&](const std::string& why) {
    return Failure{archive_->path + ": its member '" + name + "' " + why};
  };
  zip_t* const zip = archive_->zip.archive.get();
  zip_stat_t member;
  if (!holds(name) || zip_stat(zip, name.c_str(), ZIP_FL_ENC_RAW, &member) != 0)
    return fail("does not exist");
  const ZipFile file(zip_fopen_index(zip, member.index, 0));
  if (!file) return fail(std::string("cannot be read: ") + zip_strerror(zip));
  AlignedBytes bytes(member.size);
  const auto read = zip_fread(file.get(), bytes.data(), bytes.size());
  // The checksum is compared where the data end, one byte further on.
  std::byte beyond;
  const auto more = read < 0 ? -1 : zip_fread(file.get(), &beyond, 1);
  if (read < 0 || more < 0) return fail(std::string("is damaged: ") + zip_file_strerror(file.get()));
  if (static_cast<std::uint64_t>(read) != member.size || more != 0) return fail("has not the promised size");
  return bytes;
}

bool is_zip(std::span<const std::byte> bytes) {
  constexpr std::array kMagic{std::byte{'P'}, std::byte{'K'}, std::byte{3}, std::byte{4}};
  return bytes.size() >= kMagic.size() && std::ranges::equal(bytes.first(kMagic.size()), kMagic);
}

Outcome<std::vector<std::byte>> zip_bytes(std::span<const ZipMember> members, Packing packing) {
  auto zip = open_archive(nullptr, 0, ZIP_TRUNCATE);
  if (!zip) return zip.error();
  zip_t* const archive = zip->archive.get();
  const auto fail = [&] { return Failure{zip_strerror(archive)}; };
  const zip_int32_t method = packing == Packing::deflated ? ZIP_CM_DEFLATE : ZIP_CM_STORE;
  std::size_t written_bytes = 0;
  for (const ZipMember& member : members) {
    ZipSource source(zip_source_buffer(archive, member.bytes.data(), member.bytes.size(), 0));
    if (!source) return fail();
    const auto index = zip_file_add(archive, member.name.c_str(), source.get(), ZIP_FL_ENC_UTF_8);
    if (index < 0) return fail();
    static_cast<void>(source.release());  // the archive's now
    const auto place = static_cast<zip_uint64_t>(index);
    if (zip_set_file_compression(archive, place, method, 0) != 0 ||
        zip_file_set_dostime(archive, place, 0, kFirstDate, 0) != 0) {
      return fail();
    }
    if (packing != Packing::aligned) continue;
    const std::vector<zip_uint8_t> padding = padding_before(written_bytes, member);
    if (zip_file_extra_field_set(archive, place, kPaddingField, ZIP_EXTRA_FIELD_NEW, padding.data(),
                                 static_cast<zip_uint16_t>(padding.size()), ZIP_FL_LOCAL) != 0) {
      return fail();
    }
    written_bytes +=
        kLocalHeaderBytes + member.name.size() + kExtraHeaderBytes + padding.size() + member.bytes.size();
  }
  if (zip_close(archive) != 0) return fail();
  static_cast<void>(zip->archive.release());  // closing has freed it

  zip_stat_t written;
  if (zip_source_stat(zip->source.get(), &written) != 0 || zip_source_open(zip->source.get()) != 0) {
    return Failure{"the archive cannot be made"};
  }
  std::vector<std::byte> bytes(written.size);
  const auto read = zip_source_read(zip->source.get(), bytes.data(), bytes.size());
  zip_source_close(zip->source.get());
  if (read != static_cast<zip_int64_t>(bytes.size())) return Failure{"the archive cannot be made"};
  return bytes;
}

}  // namespace lentil::formats
