// A state_dict as torch.save writes it: a zip archive of a pickle, which says where each tensor lies, and of
// the tensors' values. The pickle asks for nothing but what torch.load(weights_only=True) allows.
#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>

#include "formats/export/contents.h"
#include "formats/export/exporter.h"
#include "formats/host/zip_archive.h"

namespace lentil::formats {
namespace {

constexpr std::string_view kFolder = "archive/";
constexpr std::string_view kStatistics = ".running_var", kCounter = ".num_batches_tracked";

// One storage and the one tensor in it.
struct Entry {
  std::string name;
  std::vector<std::uint32_t> shape;
  std::string_view storage;  // its class
  std::uint64_t count = 0;   // elements
  std::vector<std::byte> bytes;
};

// PyTorch's batch-norm also counts its training batches, which this file does not tell.
Entry counter_of(const std::string& statistics) {
  const std::string layer = statistics.substr(0, statistics.size() - kStatistics.size());
  return {layer + std::string(kCounter), {}, "LongStorage", 1, std::vector<std::byte>(sizeof(std::int64_t))};
}

std::vector<Entry> entries_of(const std::vector<NamedTensor>& tensors) {
  std::vector<Entry> entries;
  for (const NamedTensor& tensor : tensors) {
    Entry entry{tensor.name, tensor.shape, "FloatStorage", tensor.values.size(), {}};
    append_floats(entry.bytes, tensor.values);
    entries.push_back(std::move(entry));
    if (tensor.name.ends_with(kStatistics)) entries.push_back(counter_of(tensor.name));
  }
  return entries;
}

// Protocol 2, without a memo: nothing is said twice that is large.
class Pickle {
 public:
  // An OrderedDict of the entries.
  explicit Pickle(const std::vector<Entry>& entries) {
    text_ = "\x80\x02";
    empty_ordered_dict();
    text_ += '(';
    for (std::size_t i = 0; i < entries.size(); ++i) {
      text(entries[i].name);
      tensor(entries[i], i);
    }
    text_ += "u.";
  }
  std::string_view bytes() const { return text_; }

 private:
  void global(std::string_view module, std::string_view name) {
    (((text_ += 'c') += module) += '\n') += name;
    text_ += '\n';
  }
  void empty_ordered_dict() {
    global("collections", "OrderedDict");
    text_ += ")R";
  }
  void fixed32(std::uint32_t value) {
    const auto bytes = std::bit_cast<std::array<char, 4>>(value);
    text_.append(bytes.data(), bytes.size());
  }
  void text(std::string_view value) {
    text_ += 'X';
    fixed32(static_cast<std::uint32_t>(value.size()));
    text_ += value;
  }
  // Sizes and strides stay below 2^31: the reader refuses larger networks.
  void number(std::uint64_t value) {
    text_ += 'J';
    fixed32(static_cast<std::uint32_t>(value));
  }

  void tensor(const Entry& entry, std::size_t index) {
    global("torch._utils", "_rebuild_tensor_v2");
    text_ += "((";
    text("storage");
    global("torch", entry.storage);
    text(std::to_string(index));
    text("cpu");
    number(entry.count);
    text_ += "tQ";
    number(0);  // offset in the storage
    text_ += '(';
    for (const std::uint32_t extent : entry.shape) number(extent);
    text_ += "t(";
    for (std::size_t d = 0; d < entry.shape.size(); ++d) {
      number(std::accumulate(entry.shape.begin() + static_cast<std::ptrdiff_t>(d) + 1, entry.shape.end(),
                             std::uint64_t{1}, std::multiplies<>()));
    }
    text_ += "t\x89";  // no gradient
    empty_ordered_dict();
    text_ += "tR";
  }

  std::string text_;
};

Outcome<std::vector<std::byte>> write(const ModelFile& file) {
  const auto tensors = checked_state_dict(file);
  if (!tensors) return tensors.error();
  const std::vector<Entry> entries = entries_of(*tensors);
  const Pickle pickle(entries);
  const std::string_view order = "little", version = "3\n";
  const auto bytes_of = [](std::string_view text) { return std::as_bytes(std::span(text)); };
  const std::string folder(kFolder);
  std::vector<ZipMember> members{{folder + "data.pkl", bytes_of(pickle.bytes())},
                                 {folder + "byteorder", bytes_of(order)}};
  for (std::size_t i = 0; i < entries.size(); ++i)
    members.push_back({folder + "data/" + std::to_string(i), entries[i].bytes});
  members.push_back({folder + "version", bytes_of(version)});
  return zip_bytes(members, Packing::aligned);
}

}  // namespace

const Exporter kStateDictExporter{"state-dict", "the weights as a state_dict for torch.load", ".pt", write,
                                  "torch.load(FILE, weights_only=True) gives a state_dict"};

}  // namespace lentil::formats
