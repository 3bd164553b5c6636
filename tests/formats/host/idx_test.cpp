#include "formats/host/idx.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <zlib.h>

#include "formats/host/md5.h"
#include "tests/support/temporary_folder.h"

using namespace lentil::formats;
using Catch::Contains;

namespace {

using Bytes = std::vector<std::uint8_t>;

// Two pictures of 2 x 3 and two labels, as the bytes of their files.
const Bytes kImages{0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255};
const Bytes kLabels{0, 0, 8, 1, 0, 0, 0, 2, 7, 3};

class IdxFiles {
 protected:
  std::string plain(const std::string& name, const Bytes& bytes) const {
    const std::string path = folder_.path(name);
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return path;
  }
  std::string gzip(const std::string& name, const Bytes& bytes) const {
    const std::string path = folder_.path(name);
    const gzFile file = gzopen(path.c_str(), "wb");
    REQUIRE(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())) ==
            static_cast<int>(bytes.size()));
    REQUIRE(gzclose(file) == Z_OK);
    return path;
  }
  Bytes contents(const std::string& path) const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // The message that refuses these bytes as images; it must name the file.
  std::string refusal(const Bytes& bytes) const { return refusal(plain("bad", bytes)); }
  std::string refusal(const std::string& path) const {
    const auto images = read_idx_images(path);
    REQUIRE_FALSE(images);
    CHECK_THAT(images.error().message, Contains(path));
    return images.error().message;
  }

  lentil::test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE_METHOD(IdxFiles, "idx reads images and labels") {
  const auto images = read_idx_images(plain("images", kImages));
  REQUIRE(images);
  CHECK(images->count == 2);
  CHECK(images->height == 2);
  CHECK(images->width == 3);
  CHECK(images->pixels == Bytes(kImages.begin() + 16, kImages.end()));
  CHECK(images->md5 == md5_hex({kImages}));
  const auto labels = read_idx_labels(plain("labels", kLabels));
  REQUIRE(labels);
  CHECK(labels->labels == Bytes{7, 3});
  CHECK(labels->md5 == md5_hex({kLabels}));
}

TEST_CASE_METHOD(IdxFiles, "idx knows gzip by its contents and not by the name") {
  const auto packed = read_idx_images(gzip("named-plain", kImages));
  const auto plain_file = read_idx_images(plain("named-packed.gz", kImages));
  REQUIRE(packed);
  REQUIRE(plain_file);
  CHECK(packed->pixels == plain_file->pixels);
  CHECK(packed->md5 == md5_hex({kImages}));
}

TEST_CASE_METHOD(IdxFiles, "idx reads back what it writes") {
  const auto images = read_idx_images(plain("images", kImages));
  REQUIRE(images);
  const std::string path = folder_.path("written");
  const auto written = write_idx_images(path, *images);
  REQUIRE(written);
  CHECK(*written == kImages.size());
  CHECK(contents(path) == kImages);
  REQUIRE(write_idx_labels(path, IdxLabels{{7, 3}, ""}));
  CHECK(contents(path) == kLabels);
}

TEST_CASE_METHOD(IdxFiles, "idx says when a file cannot be written") {
  const auto written = write_idx_labels(folder_.path("no/such/folder"), IdxLabels{{1}, ""});
  REQUIRE_FALSE(written);
  CHECK_THAT(written.error().message, Contains("cannot write"));
}

TEST_CASE_METHOD(IdxFiles, "idx refuses what is no file") {
  CHECK_THAT(refusal(folder_.path("absent")), Contains("no such file"));
  CHECK_THAT(refusal(folder_.path(".")), Contains("not a regular file"));
}

TEST_CASE_METHOD(IdxFiles, "idx refuses wrong magic numbers and tells labels from images") {
  CHECK_THAT(refusal(plain("labels", Bytes(30, 0))), Contains("0x00000803 expected, 0x00000000 found"));
  Bytes long_labels = kLabels;
  long_labels.resize(40);
  CHECK_THAT(refusal(long_labels), Contains("holds labels, not images"));
  const auto labels = read_idx_labels(plain("images", kImages));
  REQUIRE_FALSE(labels);
  CHECK_THAT(labels.error().message, Contains("holds images, not labels"));
}

TEST_CASE_METHOD(IdxFiles, "idx refuses every truncation and every surplus, plain or packed") {
  for (std::size_t size = 0; size < kImages.size(); ++size) {
    const Bytes part(kImages.begin(), kImages.begin() + static_cast<std::ptrdiff_t>(size));
    const std::string found = std::to_string(size) + " ";
    CHECK_THAT(refusal(part), Contains(size < 16 ? found + "bytes found" : found + "found"));
    CHECK_THAT(refusal(gzip("bad.gz", part)), Contains(size < 16 ? found + "bytes found" : found + "found"));
  }
  Bytes surplus = kImages;
  surplus.push_back(0);
  CHECK_THAT(refusal(surplus), Contains("28 bytes expected for 2 images of 2x3, 29 found"));
  CHECK_THAT(refusal(gzip("bad.gz", surplus)), Contains("28 bytes expected for 2 images of 2x3, more found"));
}

TEST_CASE_METHOD(IdxFiles, "idx notices cut and damaged gzip files") {
  const Bytes packed = contents(gzip("good.gz", kImages));
  for (std::size_t size = 2; size < packed.size(); ++size) {
    INFO("size " << size);
    refusal(Bytes(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  CHECK_THAT(refusal(Bytes(packed.begin(), packed.end() - 6)), Contains("breaks off"));
  Bytes wrong_checksum = packed;
  wrong_checksum[packed.size() - 8] ^= 1;
  CHECK_THAT(refusal(wrong_checksum), Contains("damaged"));
}

TEST_CASE_METHOD(IdxFiles, "idx refuses empty and absurd sizes before it allocates") {
  Bytes header(kImages.begin(), kImages.begin() + 16);
  header[7] = 0;
  CHECK_THAT(refusal(header), Contains("0 images"));
  for (const std::size_t byte : {4u, 8u, 12u}) header[byte] = 0xff;
  CHECK_THAT(refusal(header), Contains("more than the 2147483648 bytes that are supported"));
  // 1.9 GB are within the limit, but no gzip file of some 40 bytes unpacks to them.
  const Bytes large{0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0xa0, 0, 0, 0, 0xb0, 0};
  CHECK_THAT(refusal(gzip("bomb.gz", large)), Contains("far fewer found"));
}
