#include "kernels/device.h"
#include "tests/tools/program.h"

using namespace lentil::test;
using Catch::Contains;

namespace {

std::vector<std::string> supported() {
  std::vector<std::string> names;
  for (const auto& isa : lentil::kernels::isas()) {
    if (isa.supported()) names.emplace_back(isa.name);
  }
  return names;
}

nlohmann::json chosen(const nlohmann::json& report) {
  nlohmann::json names = nlohmann::json::array();
  for (const auto& isa : report["isas"]) {
    if (isa["chosen"]) names.push_back(isa["name"]);
  }
  return names;
}

void print_skipped(const char* why) { std::printf("skipped: %s\n", why); }

const Words kNothingAsked{"LENTIL_ISA="};

}  // namespace

TEST_CASE("doctor tells what is there, what is chosen and why, and that all give the same bits") {
  const Ended ended = run_lentil({"doctor"}, kNothingAsked);
  CHECK(ended.code == 0);
  CHECK(ended.err.empty());
  CHECK_THAT(ended.out, Catch::StartsWith("lentil ") && Contains("\nprocessor: ") &&
                            Contains("\nthreads: ") &&
                            Contains("\nfloating point: subnormal numbers are kept") && Contains("\ncuda: "));
  CHECK_THAT(ended.out, Contains("G fma/s a thread; chosen: the best that is supported\n"));
  std::string same;
  for (const std::string& name : supported()) {
    CHECK_THAT(ended.out, Contains("\n  " + name + " "));
    same += (same.empty() ? "" : ", ") + name;
  }
  CHECK_THAT(ended.out, Contains("\nself-test: same bits: " + same + " ("));
}

TEST_CASE("doctor's JSON has every instruction set with its peak and its bits") {
  const auto report = run_json({"doctor"}, kNothingAsked);
  CHECK(report["pass"] == true);
  CHECK(report["problem"] == "");
  CHECK(report["threads"] > 0);
  CHECK(report["cuda"].contains("problem"));
  CHECK(report["flushes_to_zero"] == false);
  CHECK(chosen(report) == nlohmann::json{supported().front()});
  REQUIRE(report["isas"].size() == lentil::kernels::isas().size());
  for (const auto& isa : report["isas"]) {
    if (!isa["supported"]) continue;
    CHECK(isa["peak_multiply_adds_per_second"] > 0);
    CHECK(isa["self_test"]["pass"] == true);
    CHECK(isa["self_test"]["fast"] == report["expected"]);
    CHECK(isa["self_test"]["small"] == report["expected"]);
  }
}

TEST_CASE("doctor says when LENTIL_ISA has chosen") {
  const std::string last = supported().back();
  const Ended ended = run_lentil({"doctor"}, {"LENTIL_ISA=" + last});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Contains("; chosen: LENTIL_ISA=" + last + "\n"));
  CHECK(chosen(run_json({"doctor"}, {"LENTIL_ISA=" + last})) == nlohmann::json{last});
}

TEST_CASE("an instruction set that is not there does not keep doctor from telling those that are") {
  const Ended ended = run_lentil({"doctor"}, {"LENTIL_ISA=avx3"});
  CHECK(ended.code == 1);
  CHECK_THAT(ended.err, Contains("LENTIL_ISA=avx3") && Contains("no instruction set of this name"));
  CHECK_THAT(ended.out, Contains("\n  " + supported().front() + " ") &&
                            Contains("\nself-test: same bits: ") && !Contains("chosen"));
  const Ended json = run_lentil({"doctor", "--json"}, {"LENTIL_ISA=avx3"});
  CHECK(json.code == 1);
  const auto report = nlohmann::json::parse(json.out);
  CHECK(chosen(report).empty());
  CHECK_THAT(report["problem"].get<std::string>(), Contains("LENTIL_ISA=avx3"));
}

TEST_CASE("doctor takes no words") { CHECK(run_lentil({"doctor", "lenet.lentil"}).code == 2); }

TEST_CASE("doctor lets a GPU compute, and tells whether it gives the right bits") {
  const Words fake{"LENTIL_LIBCUDA=" LENTIL_FAKE_CUDA, "LENTIL_FAKE_CUDA=devices=2,version=12060"};
  const auto report = run_json({"doctor"}, fake);
  if (report["cuda"]["toolkit"] == "") return print_skipped("this build has no CUDA kernels");
  CHECK(report["cuda"]["driver_version"] == 12060);
  CHECK(report["cuda"]["problem"] == "");
  REQUIRE(report["cuda"]["gpus"].size() == 2);
  for (const auto& gpu : report["cuda"]["gpus"]) {
    CHECK(gpu["name"] == "Fake GPU");
    CHECK(gpu["compute_capability"] == "8.7");
    CHECK(gpu["problem"] == "");
    CHECK(gpu["self_test"] == report["expected"]);
    CHECK(gpu["pass"] == true);
    CHECK(gpu["free_bytes"] == gpu["memory_bytes"]);
    CHECK(gpu["crossover_batch"].is_null());  // a processor that plays a GPU is slower than one that does not
  }
  CHECK_THAT(run_lentil({"doctor"}, fake).out,
             Contains("; driver for CUDA 12.6 (") && Contains("\n  cuda:0    Fake GPU, 8.7, ") &&
                 Contains("\n  cuda:1 ") && Contains("; self-test: same bits; LeNet is not faster on it"));
}

TEST_CASE("a GPU that cannot be used is no mistake, and doctor says why") {
  const Ended ended =
      run_lentil({"doctor"}, {"LENTIL_LIBCUDA=" LENTIL_FAKE_CUDA, "LENTIL_FAKE_CUDA=module=209"});
  CHECK(ended.code == 0);
  CHECK_THAT(ended.out, Contains("Fake GPU") && Contains("; not usable: "));
}

TEST_CASE("a driver that hangs or crashes does not keep doctor from telling the rest") {
  const std::string fake = "LENTIL_LIBCUDA=" LENTIL_FAKE_CUDA;
  const Ended hangs = run_lentil({"doctor", "--gpu-seconds", "1"}, {fake, "LENTIL_FAKE_CUDA=hang"});
  CHECK(hangs.code == 0);
  CHECK_THAT(hangs.out, Contains("self-test: same bits") &&
                            Contains("the CPU serves: the CUDA driver has not answered within 1 s"));
  const auto crashes = run_json({"doctor"}, {fake, "LENTIL_FAKE_CUDA=crash"});
  CHECK_THAT(crashes["cuda"]["problem"].get<std::string>(), Contains("signal 6"));
  CHECK(crashes["pass"] == true);
}
