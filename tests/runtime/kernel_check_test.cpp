// Tables that lack kernels: refused when a session is made, never called.
#include <catch2/catch.hpp>

#include "tests/support/networks.h"

namespace {

using namespace lentil;

Status made_with(const kernels::KernelTable& kernels, const PlanOptions& options) {
  const auto file = test::network(test::kLenetSpec);
  const Model model = file.model();
  const test::OwnedPlan plan(model, options);
  test::PoisonedArena arena(arena_bytes(*plan));
  const auto session = Session::create(model, *plan, kernels, arena.bytes());
  return session ? Status::ok : session.error().status;
}

}  // namespace

TEST_CASE("a table without a kernel that the plan calls is refused", "[kernel_check]") {
  const PlanOptions infer{.goal = Goal::small}, train{.mode = Mode::train, .goal = Goal::small};
  kernels::KernelTable table = *kernels::cpu().table;
  CHECK(made_with(table, infer) == Status::ok);
  CHECK(made_with(table, train) == Status::ok);

  table.avg_pool_forward = nullptr;  // no layer of LeNet's
  table.sgd_update = nullptr;
  CHECK(made_with(table, infer) == Status::ok);
  CHECK(made_with(table, train) == Status::unsupported_layer);

  table = *kernels::cpu().table;
  table.linear_forward = nullptr;
  CHECK(made_with(table, infer) == Status::unsupported_layer);
  CHECK(made_with(table, {}) == Status::unsupported_layer);
}

TEST_CASE("the goal fast is refused to a table without packed kernels", "[kernel_check]") {
  kernels::KernelTable table = *kernels::cpu().table;
  table.packed = false;
  CHECK(made_with(table, {.goal = Goal::small}) == Status::ok);
  CHECK(made_with(table, {.goal = Goal::fast}) == Status::unsupported_layer);
}
