// HDF5 files, as far as Keras writes them: groups, data sets and texts. A reader of our own, because the HDF5
// library (1.10) crashes on damaged files. Soft and external links are never followed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "formats/host/outcome.h"
#include "formats/import/hdf5_object.h"

namespace lentil::formats {

struct Hdf5Dataset {
  std::string path;  // "model_weights/dense/dense/kernel:0"
  Hdf5Object object;

  std::string type_name() const;  // "float32", "int64"
};

// Borrows the bytes.
class Hdf5File {
 public:
  // read() gives at most this many bytes of floats in all.
  static Outcome<Hdf5File> open(std::span<const std::byte> bytes, std::uint64_t most_bytes);

  const std::vector<Hdf5Dataset>& datasets() const { return datasets_; }  // group by group, in HDF5's order
  const Hdf5Dataset* find(const std::string& path) const;
  bool has_group(const std::string& path) const { return groups_.contains(path); }

  // The strings of an attribute ("" is the root group's path); empty: there is none of this name, or it has
  // no strings.
  std::vector<std::string> texts(const std::string& group, const std::string& attribute) const;

  // Numbers of any usual type as floats, row-major.
  Outcome<std::vector<float>> read(const Hdf5Dataset& dataset);

 private:
  class Walk;
  Hdf5File(std::span<const std::byte> bytes, std::uint64_t most_bytes)
      : bytes_(bytes), bytes_left_(most_bytes) {}

  std::string variable_text(std::span<const std::byte> reference) const;

  std::span<const std::byte> bytes_;
  std::vector<Hdf5Dataset> datasets_;
  std::map<std::string, std::uint64_t> groups_;  // addresses of their headers
  std::uint64_t bytes_left_;                     // of what read() may give
};

bool is_hdf5(std::span<const std::byte> bytes);

// The elements of a data set as stored, for hdf5.cpp: at most `most_bytes`, or a Failure.
Outcome<std::vector<std::byte>> read_hdf5_elements(std::span<const std::byte> file, const Hdf5Object& object,
                                                   std::uint64_t most_bytes);

}  // namespace lentil::formats
