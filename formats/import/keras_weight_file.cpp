#include "formats/import/keras_weight_file.h"

#include <algorithm>
#include <array>

#include "formats/import/keras_weights.h"

namespace lentil::formats {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kNames{
    {{"kernel", "weight"},
     {"depthwise_kernel", "weight"},
     {"gamma", "weight"},
     {"alpha", "weight"},
     {"bias", "bias"},
     {"beta", "bias"},
     {"moving_mean", "running_mean"},
     {"moving_variance", "running_var"}}};

// "layers/dense_1/vars/0" and "dense_1/dense_1/kernel:0": "dense_1".
std::string layer_of(const std::string& path) {
  const std::string_view text = path;
  for (const std::string_view prefix : {"layers/", "_layer_checkpoint_dependencies/", "model_weights/"}) {
    if (text.starts_with(prefix)) return layer_of(path.substr(prefix.size()));
  }
  return path.substr(0, path.find('/'));
}

// Numbered tensors: what the ranks say of a layer's first ones.
std::string numbered_role(const Hdf5File& file, const std::string& path) {
  constexpr std::array<const char*, 4> kBatchNorm{"gamma", "beta", "moving_mean", "moving_variance"};
  const std::size_t slash = path.rfind('/');
  const std::string number = path.substr(slash + 1);
  if (number.size() != 1 || number[0] < '0' || number[0] > '3') return number;
  const auto index = static_cast<std::size_t>(number[0] - '0');
  const Hdf5Dataset* first = file.find(path.substr(0, slash) + "/0");
  const std::size_t rank = first == nullptr || !first->object.space ? 0 : first->object.space->size();
  if (rank == 1) return kBatchNorm[index];
  return index == 0 ? "kernel" : index == 1 ? "bias" : number;
}

// [rows][columns][in][out] to [out][in][rows][columns], [in][out] to [out][in].
NamedTensor turned(NamedTensor tensor) {
  const std::size_t rank = tensor.shape.size();
  if (rank != 2 && rank != 4) return tensor;
  const std::size_t out = tensor.shape[rank - 1], in = tensor.shape[rank - 2];
  if (out == 0 || in == 0) return tensor;
  const std::size_t plane = tensor.values.size() / (in * out);
  std::vector<float> values(tensor.values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t o = i % out, c = i / out % in, place = i / out / in;
    values[(o * in + c) * plane + place] = tensor.values[i];
  }
  tensor.values = std::move(values);
  std::vector<std::uint32_t> shape{tensor.shape[rank - 1], tensor.shape[rank - 2]};
  shape.insert(shape.end(), tensor.shape.begin(), tensor.shape.end() - 2);
  tensor.shape = std::move(shape);
  return tensor;
}

bool is_optimizer(const std::string& path) {
  return path.starts_with("optimizer") || path.starts_with("_optimizer") ||
         path.find("seed_generator") != std::string::npos;
}

// HDF5 sorts by name; the network's own order is told by an attribute, if at all.
std::vector<const Hdf5Dataset*> in_order(const Hdf5File& file) {
  const std::vector<std::string> layers = file.texts("", "layer_names");
  std::vector<std::pair<std::ptrdiff_t, const Hdf5Dataset*>> places;
  for (const Hdf5Dataset& dataset : file.datasets()) {
    if (is_optimizer(dataset.path)) continue;
    places.emplace_back(std::ranges::find(layers, layer_of(dataset.path)) - layers.begin(), &dataset);
  }
  std::ranges::stable_sort(places, {}, [](const auto& place) { return place.first; });
  std::vector<const Hdf5Dataset*> datasets;
  for (const auto& place : places) datasets.push_back(place.second);
  return datasets;
}

}  // namespace

Outcome<Imported> keras_weight_file(Hdf5File& file, const std::string& format) {
  WeightFile weights;
  for (const Hdf5Dataset* each : in_order(file)) {
    const Hdf5Dataset& dataset = *each;
    auto sizes = keras_sizes(dataset);
    auto values = file.read(dataset);
    if (!sizes || !values) return sizes ? values.error() : sizes.error();
    const bool numbered = dataset.path.find("/vars/") != std::string::npos;
    const std::string role = numbered ? numbered_role(file, dataset.path) : keras_role(dataset.path);
    const auto known = std::ranges::find(kNames, role, &std::pair<std::string_view, std::string_view>::first);
    const std::string name = known == kNames.end() ? role : std::string(known->second);
    NamedTensor tensor{layer_of(dataset.path) + "." + name, std::move(*sizes), std::move(*values),
                       dataset.type_name()};
    // One kernel for each channel: all of them are outputs, each of a single input.
    if (role == "depthwise_kernel" && tensor.shape.size() == 4) {
      tensor.shape[3] *= tensor.shape[2];
      tensor.shape[2] = 1;
    }
    weights.tensors.push_back(role.ends_with("kernel") ? turned(std::move(tensor)) : std::move(tensor));
  }
  if (weights.tensors.empty()) return Failure{"an HDF5 file that holds no weights"};
  Imported imported{format + ", weights without a network", std::move(weights)};
  imported.notes = {"kernels were turned from Keras's order of axes into PyTorch's",
                    "a dense layer behind a Flatten still counts its inputs by rows, columns, channels, as "
                    "flatten:hwc does"};
  return imported;
}

}  // namespace lentil::formats
