// What torch.save has written since PyTorch 1.6, and torch.jit.save since 1.3: a zip archive with a pickle,
// data.pkl, and a member for each storage, all in one folder of any name.
#include "formats/import/torch_zip.h"

#include <algorithm>
#include <map>
#include <memory>

#include "formats/import/torch_file.h"

namespace lentil::formats {
namespace {

constexpr std::string_view kPickle = "data.pkl";
// Beyond the file's own bytes: scripts are deflated.
constexpr std::uint64_t kUnpacked = std::uint64_t{2} << 20;

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_in_folder(std::string_view name, std::string_view member) {
  return name.ends_with(member) &&
         (name.size() == member.size() || name[name.size() - member.size() - 1] == '/');
}

}  // namespace

Outcome<TorchZip> TorchZip::open(std::span<const std::byte> bytes, MemoryBudget& budget) {
  const std::uint64_t most = bytes.size() + kUnpacked;
  if (!budget.take(most)) return MemoryBudget::exceeded();  // each member is read once
  auto zip = ZipReader::open(bytes, "its zip archive", most);
  if (!zip) return zip.error();
  return TorchZip(std::move(*zip));
}

bool TorchZip::enter_folder_of(std::string_view member) {
  std::string_view shortest;
  for (const std::string_view name : zip_.names()) {
    if (is_in_folder(name, member) && (shortest.empty() || name.size() < shortest.size())) shortest = name;
  }
  if (shortest.empty()) return false;
  folder_ = shortest.substr(0, shortest.size() - member.size());
  return true;
}

Outcome<std::span<const std::byte>> TorchZip::read(std::string_view member) {
  const std::string name = folder_ + std::string(member);
  auto known = read_.find(name);
  if (known == read_.end()) {
    auto bytes = zip_.read(name);
    if (!bytes) return bytes.error();
    known = read_.emplace(name, std::move(*bytes)).first;
  }
  return std::span<const std::byte>(known->second);
}

bool is_torch_zip(std::span<const std::byte> bytes) {
  if (!is_zip(bytes)) return false;
  const auto zip = ZipReader::open(bytes, "");
  if (zip) {
    return std::ranges::any_of(zip->names(), [](std::string_view name) {
      return is_in_folder(name, kPickle) || is_in_folder(name, kScriptJson);
    });
  }
  // A damaged one has no directory, but still its first member: PyTorch's is one of these.
  const std::string_view start = text_of(bytes.first(std::min<std::size_t>(bytes.size(), 256)));
  return start.find("/data.pkl") != std::string_view::npos ||
         start.find("/version") != std::string_view::npos;
}

Outcome<TorchFile> open_torch_zip(const std::shared_ptr<TorchZip>& zip, MemoryBudget& budget) {
  if (!zip->enter_folder_of(kPickle)) return Failure{"its zip archive holds no data.pkl"};
  const auto bytes = zip->read(kPickle);
  if (!bytes) return bytes.error();
  auto pickle = read_pickle(*bytes, budget);
  if (!pickle) return pickle.error();
  TorchFile file{.pickle = std::move(*pickle)};
  if (zip->holds("byteorder")) {
    const auto order = zip->read("byteorder");
    if (!order) return order.error();
    file.big_endian = text_of(*order) == "big";
  }
  file.storage = [zip](std::string_view key) { return zip->read("data/" + std::string(key)); };
  file.code = [zip](std::string_view module) {
    std::string member = "code/" + std::string(module);
    std::ranges::replace(member, '.', '/');
    member += ".py";
    const auto text = zip->holds(member) ? zip->read(member) : Failure{};
    return text ? text_of(*text) : std::string_view{};
  };
  return file;
}

}  // namespace lentil::formats
