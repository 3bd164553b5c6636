// Two files as the slots of storage, for programs that learn as devices do.
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>

#include "formats/host/outcome.h"
#include "formats/storage.h"

namespace lentil::formats {

// Owns the open files. Movable.
class SlotFiles {
 public:
  // Makes files that are missing and syncs their folders. Fails for what is no regular file or must not be
  // written, for one file under two names, and while another program has them open.
  static Outcome<SlotFiles> open(const std::string& first, const std::string& second,
                                 std::uint32_t slot_bytes);

  // Borrows this object's files; stays valid when the object moves. A file that is shorter than a slot reads
  // as if erased bytes followed.
  Storage storage() const;
  // What the system said when an access last failed: "cannot write 'a.slot': No space left on device".
  const std::string& failure() const { return files_->failure; }

 private:
  struct Files {
    Files() = default;
    Files(const Files&) = delete;
    Files& operator=(const Files&) = delete;
    ~Files();
    std::array<std::string, kStorageSlots> paths;
    std::array<int, kStorageSlots> descriptors{-1, -1};
    std::string failure;
  };
  static Outcome<std::monostate> open_file(Files& files, std::uint32_t slot);
  static bool report(Files& files, std::uint32_t slot, bool done, const char* what);

  std::unique_ptr<Files> files_;
  std::uint32_t slot_bytes_ = 0;
};

}  // namespace lentil::formats
