#include "tools/self_test.h"

#include <catch2/catch.hpp>

#include "formats/host/thread_pool.h"
#include "runtime/hash.h"
#include "tests/reference/network.h"

using namespace lentil;
using tools::run_self_test;
using tools::SelfTest;

TEST_CASE("what the self-test expects is what the oracle computes") {
  const tools::SelfTestQuestion question;
  reference::Network<float> oracle(question.lenet.model(), InputType::uint8, question.kSeed);
  const std::vector<float> pixels(question.digits.pixels.begin(), question.digits.pixels.end());
  CHECK(hash_floats(kHashStart, oracle.infer(pixels)) == SelfTest::kExpected.outputs);
  for (const std::uint32_t images : question.kSteps) {
    oracle.step(std::span(pixels).first(images * question.digits.image_size()),
                {.labels = std::span(question.digits.labels).first(images)}, question.kSgd);
  }
  CHECK(reference::parameters_hash(oracle.parameters()) == SelfTest::kExpected.weights);
}

TEST_CASE("the self-test passes under every instruction set, with one thread and with several") {
  for (const kernels::Isa& isa : kernels::isas()) {
    if (!isa.supported()) continue;
    INFO(isa.name);
    CHECK(run_self_test(*isa.table).pass());
    formats::ThreadPool pool(3);
    CHECK(run_self_test(*isa.table, pool.threads(), pool.hook()).pass());
  }
}

TEST_CASE("kernels that differ a little in training fail the self-test by their weights") {
  kernels::KernelTable table = *kernels::cpu("").table;
  table.sgd_update = [](const kernels::SgdUpdate& args) {
    kernels::SgdUpdate other = args;
    other.rate *= 1.0000001f;
    kernels::cpu("").table->sgd_update(other);
  };
  const SelfTest test = run_self_test(table);
  CHECK(test.status == Status::ok);
  CHECK_FALSE(test.pass());
  CHECK(test.fast.outputs == SelfTest::kExpected.outputs);
  CHECK(test.fast.weights != SelfTest::kExpected.weights);
}
