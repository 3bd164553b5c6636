// The zip archives of PyTorch: everything lies in one folder, whose name may be any.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "formats/host/zip_archive.h"
#include "formats/import/memory_budget.h"

namespace lentil::formats {

inline constexpr std::string_view kScriptJson = "model.json";  // of scripts before PyTorch 1.3

class TorchZip {
 public:
  // Borrows `bytes`. What is read later is taken from the budget now.
  static Outcome<TorchZip> open(std::span<const std::byte> bytes, MemoryBudget& budget);

  // Goes to the outermost folder that holds such a member; false: none does.
  bool enter_folder_of(std::string_view member);
  bool holds(std::string_view member) const { return zip_.holds(folder_ + std::string(member)); }

  // A member of the folder, unpacked once. The bytes live as long as this object.
  Outcome<std::span<const std::byte>> read(std::string_view member);

 private:
  explicit TorchZip(ZipReader zip) : zip_(std::move(zip)) {}

  ZipReader zip_;
  std::string folder_;
  std::map<std::string, AlignedBytes> read_;
};

}  // namespace lentil::formats
