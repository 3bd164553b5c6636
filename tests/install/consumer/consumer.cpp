// What somebody writes who only has the installed tree: a model file's bytes in, class scores out.
#include <array>
#include <cstdio>
#include <vector>

#include "formats/model_reader.h"
#include "formats/model_writer.h"
#include "models/lenet.h"
#include "runtime/session.h"

int main() {
  const lentil::formats::AlignedBytes file = lentil::formats::write_model(lentil::models::lenet());
  const auto model = lentil::formats::read_model(file);
  if (!model) return std::puts(lentil::status_name(model.error().status)), 1;

  std::vector<std::byte> plan_memory(lentil::plan_memory_bytes(*model));
  const auto plan = lentil::plan(*model, {}, plan_memory);
  if (!plan) return std::puts(lentil::status_name(plan.error().status)), 1;

  lentil::formats::AlignedBytes arena(lentil::arena_bytes(**plan));
  auto session = lentil::Session::create(*model, **plan, *lentil::kernels::cpu().table, arena);
  if (!session) return std::puts(lentil::status_name(session.error().status)), 1;

  const std::vector<float> image(model->input.count(), 0.5f);
  std::array<float, 10> scores{};
  return session->run(image, scores) == lentil::Status::ok ? 0 : 1;
}
