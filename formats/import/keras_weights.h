// Where a Keras file keeps the weights of a layer.
#pragma once
#include <string>
#include <vector>

#include "formats/import/hdf5.h"
#include "formats/import/tf_network.h"

namespace lentil::formats {

struct KerasTensor {
  std::vector<std::uint32_t> sizes{};
  std::vector<float> values{};  // empty: there is no such tensor

  Elements elements() const {
    return {values.size(), [this](std::size_t i) { return values[i]; }};
  }
};

// In `.h5` files the groups are named after the layers, tensors after what they are. In `.keras` files groups
// are named after the layers' classes and counted, and tensors are numbered.
struct KerasPlace {
  std::string group;  // "model_weights/dense_1", "layers/dense_1"
  std::string inner;  // a layer of a model within: its name; empty: the group is the layer's own
};

class KerasWeights {
 public:
  KerasWeights(Hdf5File& file, bool numbered) : file_(file), numbered_(numbered) {}

  bool numbered() const { return numbered_; }
  bool has_group(const std::string& path) const { return file_.has_group(path); }

  // The layer's tensor that is called `role` ("kernel"), or has this number. One without values if there is
  // none; a Failure if it cannot be read.
  Outcome<KerasTensor> read(const KerasPlace& place, const std::string& role, std::size_t number);

 private:
  const Hdf5Dataset* find(const KerasPlace& place, const std::string& role, std::size_t number) const;

  Hdf5File& file_;
  bool numbered_;
};

// What the last part of a path says the tensor to be: "kernel" of "dense/dense/kernel:0" and of "dense_1_W".
std::string keras_role(const std::string& path);

// The group of a layer of this class in a `.keras` file: "ReLU" is "re_lu".
std::string keras_snake_case(const std::string& class_name);

Outcome<std::vector<std::uint32_t>> keras_sizes(const Hdf5Dataset& dataset);

}  // namespace lentil::formats
