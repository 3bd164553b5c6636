#include "tools/option.h"

#include <algorithm>
#include <array>

#include "models/registry.h"
#include "tools/parts.h"

namespace lentil::tools {

const std::string& Option::main_name() const {
  const auto is_long = [](const std::string& name) { return name.starts_with("--"); };
  const auto found = std::find_if(names.begin(), names.end(), is_long);
  return found == names.end() ? names[0] : *found;
}

bool configurable(const Option& option) {
  constexpr std::array<std::string_view, 7> kThisRunOnly{"--output", "--force", "--resume", "--undo",
                                                         "--npy",    "--png",   "--plot"};
  const bool this_run_only =
      std::find(kThisRunOnly.begin(), kThisRunOnly.end(), option.main_name()) != kThisRunOnly.end();
  return !option.is_operand() && !this_run_only;
}

Candidates candidates(const Option& option) {
  const std::string& kind = option.is_operand() ? option.names[0] : option.value;
  if (!option.words.empty()) return {.words = option.words};
  if (kind == "COMMAND") return {.words = command_names()};
  if (kind == "WORD") return {.words = all_part_words()};
  if (kind == "FOLDER") return {.words = {}, .folders = true};
  if (kind == "FILE" || kind == "OTHER" || kind == "IMAGE") return {.words = {}, .files = true};
  if (kind == "ROOT") return {.words = {"synth"}, .files = true};
  if (kind != "NET") return {};
  Candidates networks{.words = {}, .files = true};
  for (const models::Definition& definition : models::definitions())
    networks.words.emplace_back(definition.name);
  return networks;
}

}  // namespace lentil::tools
