// NumPy's archives, one array for each tensor.
#include "formats/host/npz.h"

#include "formats/export/contents.h"
#include "formats/export/exporter.h"
#include "formats/host/npy.h"

namespace lentil::formats {
namespace {

Outcome<std::vector<std::byte>> write(const ModelFile& file) {
  const auto tensors = checked_state_dict(file);
  if (!tensors) return tensors.error();
  std::vector<std::vector<std::byte>> arrays;
  for (const NamedTensor& tensor : *tensors) {
    const std::vector<std::int64_t> sizes(tensor.shape.begin(), tensor.shape.end());
    const auto view = TensorView<const float>::over(tensor.values, sizes);
    if (!view) return Failure{tensor.name + ": " + explain(view.error())};
    arrays.push_back(write_npy(*view));
  }
  std::vector<NpzMember> members;
  for (std::size_t i = 0; i < arrays.size(); ++i) members.push_back({(*tensors)[i].name, arrays[i]});
  return npz_bytes(members);
}

}  // namespace

const Exporter kNpzExporter{"npz", "the weights as arrays for NumPy", ".npz", write,
                            "numpy.load(FILE) gives them by name"};

}  // namespace lentil::formats
