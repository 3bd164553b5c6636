#include "tools/finetune_report.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/machine.h"
#include "tools/output.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

double percent(std::uint64_t correct, std::uint64_t total) {
  return 100.0 * static_cast<double>(correct) / static_cast<double>(total);
}

double gain(const Compared& c) {
  return c.total == 0 ? 0 : percent(c.after, c.total) - percent(c.before, c.total);
}

std::string row(const Compared& c, std::size_t width) {
  if (c.total == 0) return {};
  return fmt::format("{:<{}}{:>9.2f} %{:>9.2f} %{:>+9.2f}\n", c.name, width, percent(c.before, c.total),
                     percent(c.after, c.total), gain(c));
}

std::string verdict(const FinetuneReport& r) {
  const std::string took = fmt::format("{} in {:.2f} s", counted(r.learnt.steps, "step"), r.seconds);
  if (!r.learnt.kept)
    return fmt::format("kept: no ({}): what was learnt is no better, {} has the old weights", took, r.file);
  return fmt::format("kept: yes ({}, {:.0f} % of the way)\nundo: lentil finetune --undo {}", took,
                     100.0 * static_cast<double>(r.learnt.share), quote_words({&r.file, 1}));
}

nlohmann::ordered_json to_json(const Compared& c) {
  return {{"name", c.name},
          {"total", c.total},
          {"before", {{"correct", c.before}, {"loss", c.before_loss}}},
          {"after", {{"correct", c.after}, {"loss", c.after_loss}}},
          {"gain", gain(c)}};
}

nlohmann::ordered_json to_json(const FinetuneReport& r) {
  return {
      {"file", r.file},         {"weights_hash", hash_text(r.hash)}, {"base_hash", hash_text(r.base_hash)},
      {"kept", r.learnt.kept},  {"share", r.learnt.share},           {"steps", r.learnt.steps},
      {"seconds", r.seconds},   {"corrections", r.corrections},      {"judges", r.learnt.held_out},
      {"replayed", r.replayed}, {"new", to_json(r.fresh)},           {"old", to_json(r.old)}};
}

}  // namespace

Compared compared(const std::string& name, const LearnScore& before, const LearnScore& after) {
  return {name, double{before.loss}, double{after.loss}, before.correct, after.correct, before.total};
}

Compared compared(const std::string& name, const formats::TestResult& before,
                  const formats::TestResult& after) {
  return {name, before.loss, after.loss, before.correct, after.correct, before.total};
}

void print_report(const FinetuneReport& r, bool json) {
  if (json) return print_json(to_json(r));
  const std::size_t width = std::max(r.fresh.name.size(), r.old.name.size()) + 2;
  print_result(fmt::format("{:<{}}{:>11}{:>11}{:>9}\n{}{}{}\nweights {}", "", width, "before", "after",
                           "points", row(r.fresh, width), row(r.old, width), verdict(r), hash_text(r.hash)));
}

}  // namespace lentil::tools
