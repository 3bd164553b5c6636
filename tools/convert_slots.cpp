#include "tools/convert_slots.h"

#include <fmt/format.h>
#include <utility>
#include <vector>

#include "formats/host/file_io.h"
#include "formats/host/slot_merge.h"
#include "formats/model_reader.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {

using namespace formats;

ImportedModel import_slots(Machine& machine, const std::string& path, const std::string& slots) {
  const AlignedBytes bytes = need(read_file_aligned(path));
  const FileView base = need(open_model(bytes), "cannot use '" + path + "' as a base");
  std::vector<SlotFile> files;
  for (const std::string& name : split(slots, ',')) files.push_back({name, need(read_file_aligned(name))});
  MergedSlot merged = need(merge_newest_slot(base, files, machine.kernels()));
  const SlotHeader& header = merged.header;
  ImportReport report{
      .format = fmt::format("Lentil, with what a device learnt: save {}", header.sequence),
      .matched = fmt::format("'{}', {}", merged.path, counted(header.layers, "trained layer")),
      .assumed = {},
      .notes = {}};
  if (!merged.passed_over.empty()) report.notes.push_back("passed over: " + merged.passed_over);
  if (merged.golden_checked > 0) {
    report.notes.push_back(fmt::format("the device's own outputs for {} are the same bits here",
                                       counted(merged.golden_checked, "golden sample")));
  }
  if (header.corrections > 0)
    report.notes.push_back(counted(header.corrections, "correction") + " of the slot left out");
  return {std::move(merged.file), std::move(report)};
}

}  // namespace lentil::tools
