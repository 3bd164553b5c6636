// lentil doctor: what runs on this machine, why, and whether it computes what it should.
#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tools/arguments.h"
#include "tools/command.h"
#include "tools/cuda_report.h"
#include "tools/fma_peak.h"
#include "tools/output.h"
#include "tools/processor.h"
#include "tools/self_test.h"
#include "tools/stop.h"
#include "tools/text.h"

namespace lentil::tools {
namespace {

struct DoctorOptions {
  std::uint32_t gpu_seconds = 60;
  bool json = false;
};

struct IsaReport {
  kernels::Isa isa;
  bool chosen = false;
  // Only if supported:
  SelfTest test{};
  double peak = 0;  // fused multiply-adds that one thread does in a second
};

struct DoctorReport {
  std::string processor = processor_name();
  std::uint32_t threads = 0;
  std::string requested, problem;  // what LENTIL_ISA says, and what is wrong with it
  std::vector<IsaReport> isas{};
  CudaReport cuda{};

  bool flushes_to_zero() const {
    return std::any_of(isas.begin(), isas.end(),
                       [](const IsaReport& r) { return r.test.status == Status::flush_to_zero; });
  }
  bool pass() const {
    return cuda.pass && std::all_of(isas.begin(), isas.end(),
                                    [](const IsaReport& r) { return !r.isa.supported() || r.test.pass(); });
  }
};

DoctorReport examine(const DoctorOptions& options) {
  const kernels::CpuKernels choice = kernels::cpu();
  DoctorReport report{.requested = std::string(choice.requested), .problem = isa_problem(choice)};
  report.cuda = examine_cuda(options.gpu_seconds);  // before there are more threads
  for (const kernels::Isa& isa : kernels::isas()) {
    IsaReport& row = report.isas.emplace_back(IsaReport{.isa = isa, .chosen = isa.table == choice.table});
    if (!isa.supported()) continue;
    Machine all(*isa.table, 0), one(*isa.table, 1);
    report.threads = all.threads();
    row.test = run_self_test(all.kernels(), all.threads(), all.hook());
    FmaPeak peak(one, 0);
    peak.probe();
    row.peak = peak.per_second();
  }
  return report;
}

std::string reason(const DoctorReport& report) {
  return report.requested.empty() ? "the best that is supported" : "LENTIL_ISA=" + report.requested;
}

std::string isa_text(const DoctorReport& report, const IsaReport& row) {
  if (!row.isa.supported()) return fmt::format("  {:<10}not supported by this processor\n", row.isa.name);
  return fmt::format("  {:<10}supported, {:.3g} G fma/s a thread{}\n", row.isa.name, row.peak * 1e-9,
                     row.chosen ? "; chosen: " + reason(report) : "");
}

std::string bits_text(const SelfTestBits& bits) {
  return fmt::format("outputs {}, weights {}", hash_text(bits.outputs), hash_text(bits.weights));
}

std::string failure_text(const IsaReport& row) {
  if (row.test.status != Status::ok) {
    return fmt::format("self-test: {} failed: {}\n", row.isa.name,
                       formats::explain({.status = row.test.status}));
  }
  const bool fast = row.test.fast != SelfTest::kExpected;
  return fmt::format("self-test: DIFFERENT: {}, goal {}: {}; it must be {}\n", row.isa.name,
                     fast ? "fast" : "small", bits_text(fast ? row.test.fast : row.test.small),
                     bits_text(SelfTest::kExpected));
}

std::string self_test_text(const DoctorReport& report) {
  std::vector<std::string> same;
  std::string failures;
  for (const IsaReport& row : report.isas) {
    if (!row.isa.supported()) continue;
    if (row.test.pass()) {
      same.emplace_back(row.isa.name);
    } else {
      failures += failure_text(row);
    }
  }
  if (same.empty()) return failures;
  return fmt::format("self-test: same bits: {} ({})\n{}", join(same, ", "), bits_text(SelfTest::kExpected),
                     failures);
}

std::string text(const DoctorReport& report) {
  std::string text = fmt::format("lentil {}: {}, {} for {}\n", LENTIL_VERSION, LENTIL_BUILD_TYPE,
                                 LENTIL_COMPILER, LENTIL_TARGET);
  text += fmt::format("processor: {}\n",
                      report.processor.empty() ? "the system does not name it" : report.processor);
  text += "instruction sets:\n";
  for (const IsaReport& row : report.isas) text += isa_text(report, row);
  text += fmt::format("threads: {} unless a command says otherwise, one per core\n", report.threads);
  text +=
      fmt::format("floating point: subnormal numbers are {}\n",
                  report.flushes_to_zero() ? "flushed to zero: nothing can run" : "kept, as they must be");
  text += self_test_text(report);
  return text + report.cuda.text;
}

nlohmann::ordered_json bits_json(const SelfTestBits& bits) {
  return {{"outputs", hash_text(bits.outputs)}, {"weights", hash_text(bits.weights)}};
}

nlohmann::ordered_json isa_json(const IsaReport& row) {
  nlohmann::ordered_json json{
      {"name", row.isa.name}, {"supported", row.isa.supported()}, {"chosen", row.chosen}};
  if (!row.isa.supported()) return json;
  json["peak_multiply_adds_per_second"] = row.peak;
  json["self_test"] = {{"status", status_name(row.test.status)},
                       {"fast", bits_json(row.test.fast)},
                       {"small", bits_json(row.test.small)},
                       {"pass", row.test.pass()}};
  return json;
}

nlohmann::ordered_json to_json(const DoctorReport& report) {
  nlohmann::ordered_json json{{"version", LENTIL_VERSION},
                              {"build_type", LENTIL_BUILD_TYPE},
                              {"compiler", LENTIL_COMPILER},
                              {"target", LENTIL_TARGET},
                              {"processor", report.processor},
                              {"threads", report.threads},
                              {"flushes_to_zero", report.flushes_to_zero()},
                              {"lentil_isa", report.requested},
                              {"problem", report.problem},
                              {"isas", nlohmann::ordered_json::array()},
                              {"expected", bits_json(SelfTest::kExpected)},
                              {"pass", report.pass()},
                              {"cuda", nlohmann::ordered_json::parse(report.cuda.json)}};
  for (const IsaReport& row : report.isas) json["isas"].push_back(isa_json(row));
  return json;
}

void declare(Arguments& a, DoctorOptions& o) {
  a.number("--gpu-seconds", o.gpu_seconds, {1, 3600}, "a CUDA driver that takes longer is left alone");
  a.flag("--json", o.json, "print everything as one line of JSON");
}

int run(const Command& command, std::span<const std::string> words) {
  DoctorOptions options;
  Arguments arguments(command);
  declare(arguments, options);
  if (!arguments.parse(words)) return 0;
  const DoctorReport report = examine(options);
  if (options.json) {
    print_json(to_json(report));
  } else {
    print_result(text(report));
  }
  if (!report.problem.empty()) fail(report.problem);
  return report.pass() ? 0 : kFailed;
}

}  // namespace

const Command kDoctorCommand{
    "doctor", "says what runs on this machine and why, and tests that it computes right",
    "  lentil doctor\n"
    "  lentil doctor --json\n"
    "  LENTIL_ISA=avx2 lentil doctor                   as if the processor had no more than this\n",
    run, describe<DoctorOptions, declare>};

}  // namespace lentil::tools
