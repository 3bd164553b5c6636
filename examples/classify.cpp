// Opens a model file, draws a digit, and says which one the network sees: classify FILE
#include <algorithm>
#include <array>
#include <cstdio>

#include "formats/host/file_io.h"
#include "formats/host/synth.h"
#include "formats/model_reader.h"
#include "runtime/session.h"

namespace {

alignas(64) std::byte arena[100'000];

int report(const char* what, const lentil::Error& error) {
  std::fprintf(stderr, "%s: %s (needed %llu, given %llu)\n", what, lentil::status_name(error.status),
               static_cast<unsigned long long>(error.needed), static_cast<unsigned long long>(error.given));
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto file = lentil::formats::read_file_aligned(argc > 1 ? argv[1] : "models/lenet_mnist.lentil");
  if (!file) return std::fprintf(stderr, "%s\n", file.error().message.c_str()), 1;

  const auto model = lentil::formats::read_model(*file);  // verified; the weights stay where they are
  if (!model) return report("the file", model.error());
  const auto plan = lentil::plan(*model, {.input = lentil::InputType::uint8}, arena);
  if (!plan) return report("the plan", plan.error());
  auto session = lentil::Session::create(*model, **plan, *lentil::kernels::cpu().table, arena);
  if (!session) return report("the arena", session.error());

  std::array<std::uint8_t, lentil::formats::kSynthPixels> pixels;
  std::array<float, 10> scores;
  lentil::formats::draw_digit(/*seed=*/1, lentil::formats::SynthPart::extra, /*sample=*/4, pixels);
  if (session->run(pixels, scores) != lentil::Status::ok) return 1;
  std::printf("%td\n", std::max_element(scores.begin(), scores.end()) - scores.begin());
}
