// How long it takes until a network runs: the way of a program on a device, from a file's bytes on.
#pragma once
#include <optional>
#include <string>

#include "tools/machine.h"

namespace lentil::tools {

// Seconds, each the median of many repeats: all that is not the file itself comes from warm caches.
struct StartUp {
  std::optional<double> map;  // the file into memory; nothing for a network that has none
  double open = 0;            // read_model: verification, checksum, checks; reads a mapped file's pages
  double checksum = 0;        // the share of `open` that ReadOptions can do without
  double plan = 0;
  double pack = 0;  // Session::create: lays packed weights into the arena

  double total() const { return map.value_or(0) + open + plan + pack; }
};

// One image of pixels at a time, one thread, plan and session in one arena. `path`: the model's file, or
// empty: its bytes are in memory.
StartUp measure_start_up(const std::string& path, const formats::ModelFile& file, Goal goal, double seconds);

}  // namespace lentil::tools
