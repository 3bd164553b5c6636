// expected_hashes.txt is what the oracle computes, and not what some processor once printed.
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <string>

#include "formats/initial_weights.h"
#include "models/lenet.h"
#include "runtime/hash.h"
#include "tests/contract/contract_hashes.h"
#include "tests/contract/graph_network.h"
#include "tests/contract/lenet_images.h"
#include "tests/contract/oracle_kernels.h"
#include "tests/reference/network.h"

using namespace lentil;

namespace {

using Hashes = std::map<std::string, std::string>;

std::string hex(std::uint64_t value) {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value));
  return text.data();
}

Hashes expected_hashes() {
  std::ifstream file(LENTIL_SOURCE_DIR "/tests/contract/expected_hashes.txt");
  Hashes hashes;
  for (std::string name, value; file >> name >> value;) CHECK(hashes.emplace(name, value).second);
  return hashes;
}

contract::Report into(Hashes& hashes) {
  return {.line =
              [](void* to, const char* topic, const char* name, std::uint64_t value) {
                CHECK(static_cast<Hashes*>(to)->emplace(std::string(topic) + '.' + name, hex(value)).second);
              },
          .context = &hashes};
}

alignas(64) std::array<std::byte, contract::kKernelMemory> memory;

void check_expected(const Hashes& hashes) {
  const Hashes expected = expected_hashes();
  for (const auto& [name, value] : hashes) {
    INFO(name);
    REQUIRE(expected.count(name) == 1);
    CHECK(value == expected.at(name));
  }
}

// The oracle's weights and losses after the steps of the contract's training.
Hashes oracle_training(const std::string& topic, std::uint32_t batch) {
  formats::ModelFile lenet = models::lenet();
  formats::initialize(lenet, contract::kWeightSeed);
  reference::Network<float> network(lenet.model(), InputType::uint8, contract::kDropoutSeed);
  std::uint64_t losses = kHashStart;
  for (std::uint32_t step = 0; step < contract::kTrainingSteps; ++step) {
    std::vector<float> pixels;
    std::vector<std::uint8_t> labels;
    for (std::uint32_t image = step * batch; image < (step + 1) * batch; ++image) {
      labels.push_back(contract::image_label(image));
      for (std::uint32_t i = 0; i < contract::kImagePixels; ++i)
        pixels.push_back(contract::image_pixel(image, i));
    }
    const auto result = network.step(pixels, {.labels = labels}, {.rate = 0.05f, .momentum = 0.9f});
    losses = hash_floats(losses, {&result.loss.mean, 1});
  }
  return {{topic + ".weights", hex(reference::parameters_hash(network.parameters()))},
          {topic + ".losses", hex(losses)}};
}

Hashes oracle_graph_training() {
  contract::Pieces pieces(memory);
  const contract::GraphNetwork graph(pieces);
  reference::Network<float> network(graph.model(), InputType::float32, contract::kGraphSteps);
  network.freeze(contract::kGraphFrozen);
  std::uint64_t losses = kHashStart;
  for (std::uint32_t step = 0; step < contract::kGraphSteps; ++step) {
    contract::Pieces data = pieces;
    const auto x = data.random(contract::kGraphBatch * contract::kGraphInput.count(), 300 + step);
    std::vector<std::uint8_t> labels;
    for (std::uint32_t b = 0; b < contract::kGraphBatch; ++b)
      labels.push_back(contract::graph_label(step, b));
    const auto result = network.step(x, {.labels = labels}, {.rate = 0.05f, .momentum = 0.9f});
    losses = hash_floats(losses, {&result.loss.mean, 1});
  }
  return {{"graph_4_steps.weights", hex(reference::parameters_hash(network.parameters()))},
          {"graph_4_steps.losses", hex(losses)}};
}

}  // namespace

TEST_CASE("the expected hash of every kernel is the oracle's") {
  Hashes hashes;
  contract::kernel_hashes(contract::oracle_kernels(), memory, into(hashes));
  CHECK(hashes.size() > 120);
  check_expected(hashes);
}

TEST_CASE("the expected hashes of all trainings are the oracle's") {
  check_expected(oracle_graph_training());
  check_expected(oracle_training("lenet_batch1_small", 1));
  check_expected(oracle_training("lenet_20_steps", 64));
}

TEST_CASE("pictures are prepared to the expected bytes") {
  Hashes hashes;
  contract::prepare_hashes(memory, into(hashes));
  check_expected(hashes);
}

TEST_CASE("no expected line is without its test") {
  Hashes hashes;
  contract::prepare_hashes(memory, into(hashes));
  contract::kernel_hashes(contract::oracle_kernels(), memory, into(hashes));
  contract::plan_sizes(memory, into(hashes));
  for (const char* topic : {"lenet_batch1_small", "lenet_20_steps", "graph_4_steps"}) {
    for (const char* name : {".weights", ".losses"}) hashes.emplace(std::string(topic) + name, "");
  }
  const Hashes expected = expected_hashes();
  CHECK(expected.size() == hashes.size());
  for (const auto& [name, value] : expected) CHECK(hashes.count(name) == 1);
}

TEST_CASE("another order of the sums gives another hash") {
  kernels::KernelTable table = contract::oracle_kernels();
  table.linear_forward = [](const kernels::LinearForward& a) {
    const std::int32_t lanes = kernels::in_lanes(a.outputs);
    for (std::int32_t o = 0; o < a.outputs; ++o) {
      float sum = a.bias == nullptr ? 0.0f : a.bias[o];
      for (std::int32_t i = a.inputs; i-- > 0;) {
        sum = std::fma(a.weight[a.packed ? i * lanes + o : o * a.inputs + i], a.x[i], sum);
      }
      a.y[o] = sum;
    }
  };
  Hashes hashes;
  contract::kernel_hashes(table, memory, into(hashes));
  const Hashes expected = expected_hashes();
  std::set<std::string> different;
  for (const auto& [name, value] : hashes) {
    if (value != expected.at(name)) different.insert(name.substr(0, name.find('.')));
  }
  CHECK(different == std::set<std::string>{"linear_forward_file_order", "linear_forward_packed"});
}
