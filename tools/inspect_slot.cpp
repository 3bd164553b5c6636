#include "tools/inspect_slot.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "formats/host/file_io.h"
#include "formats/slot_view.h"
#include "tools/output.h"
#include "tools/standard_input.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

using namespace formats;

std::string text_of(const std::string& path, std::size_t bytes, const SlotHeader& h) {
  std::string text = fmt::format("{}: what a device learnt, save {}, whole ({} bytes of {} in use)\n", path,
                                 h.sequence, grouped(h.commit + kCommitBytes), grouped(bytes));
  text += h.parent == 0 ? "learnt on     the base\n" : fmt::format("learnt on     save {}\n", h.parent);
  text += fmt::format("base          model file of {} bytes with checksum {:08x}\n", grouped(h.base_bytes),
                      h.base_checksum);
  text += fmt::format("weights       of {}, after {}, seed {}\n", counted(h.layers, "layer"),
                      counted(h.step, "step"), h.seed);
  text += fmt::format("velocities    {}\n", h.velocities ? "yes: training goes on to the same bits" : "no");
  text += fmt::format("golden        outputs of {}, {} each\n", counted(h.golden, "sample"), h.outputs);
  text += fmt::format("corrections   {}", h.corrections);
  return text;
}

nlohmann::ordered_json json_of(const std::string& path, std::size_t bytes, const SlotHeader& h) {
  return {{"file", path},
          {"slot_version", h.version},
          {"bytes", bytes},
          {"used_bytes", h.commit + kCommitBytes},
          {"sequence", h.sequence},
          {"learnt_on", h.parent},
          {"base_bytes", h.base_bytes},
          {"base_checksum", fmt::format("{:08x}", h.base_checksum)},
          {"layers", h.layers},
          {"steps", h.step},
          {"seed", h.seed},
          {"velocities", h.velocities},
          {"golden_samples", h.golden},
          {"outputs", h.outputs},
          {"corrections", h.corrections}};
}

}  // namespace

bool show_if_slot(const std::string& path, bool json) {
  if (path == kStandardInput) return false;
  const auto bytes = read_file_aligned(path);
  SlotHeader header;
  // What cannot be read is told by whoever reads it as a model.
  if (!bytes) return false;
  const Error error = check_slot({bytes->data(), bytes->size()}, header);
  if (error.status == Status::slot_empty || bytes->size() < kSlotHeaderBytes) return false;
  if (error.status != Status::ok)
    fail(fmt::format("cannot use '{}': {}; the device takes its other slot", path, explain(error)));
  if (json) {
    print_json(json_of(path, bytes->size(), header));
  } else {
    print_result(text_of(path, bytes->size(), header));
  }
  return true;
}

}  // namespace lentil::tools
