// What `lentil finetune` ends with: before and after, on the new pictures and on the old ones.
#pragma once
#include <cstdint>
#include <string>

#include "formats/host/fit.h"
#include "runtime/learner.h"

namespace lentil::tools {

struct Compared {
  std::string name;
  double before_loss = 0, after_loss = 0;
  std::uint64_t before = 0, after = 0, total = 0;  // correct of the total; 0: there are none
};

Compared compared(const std::string& name, const LearnScore& before, const LearnScore& after);
Compared compared(const std::string& name, const formats::TestResult& before,
                  const formats::TestResult& after);

struct FinetuneReport {
  std::string file;  // that was written
  std::uint64_t base_hash = 0, hash = 0;
  std::uint32_t corrections = 0, replayed = 0;
  double seconds = 0;  // of learning
  LearnReport learnt{};
  Compared fresh{}, old{};
};

// On standard output, as a table or as one line of JSON.
void print_report(const FinetuneReport& report, bool json);

}  // namespace lentil::tools
