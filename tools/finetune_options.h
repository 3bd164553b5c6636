// The options of `lentil finetune`.
#pragma once
#include <cstdint>
#include <string>

#include "runtime/learner.h"
#include "tools/arguments.h"

namespace lentil::tools {

struct FinetuneOptions {
  std::string file;
  std::string output;
  bool undo = false;

  std::string data;               // the corrections, and what judges them
  std::uint32_t corrections = 0;  // 0: all
  std::string old;                // what must not be forgotten, for the table alone
  std::string freeze, new_head;
  std::uint32_t replay = 100;
  std::string replay_from;

  LearnOptions learn{};
  std::uint64_t seed = 1;
  std::uint32_t test_batch_size = 1000, threads = 0;
  std::string device = "cpu";
  bool json = false, quiet = false;
};

void declare(Arguments& arguments, FinetuneOptions& options);

// Stops for combinations that make no sense. What was not given fits a new head, if there is to be one.
void check(FinetuneOptions& options, const Arguments& arguments);

// The command line that learns the same, for the record.
std::string command_line(const FinetuneOptions& options);

}  // namespace lentil::tools
