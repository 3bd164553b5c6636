#include "formats/host/samples.h"

#include <catch2/catch.hpp>
#include <set>

#include "formats/host/synth.h"
#include "tests/support/networks.h"

using namespace lentil;
using namespace lentil::formats;

namespace {

Sample labelled(std::uint8_t pixel, std::int16_t label) {
  return {.pixels = std::vector<std::uint8_t>(4, pixel), .values = {}, .outputs = {}, .label = label};
}

}  // namespace

TEST_CASE("drawn samples suit the network or are none") {
  const auto digits = drawn_samples(test::network("input 1x28x28, flatten, linear 10"), 12);
  REQUIRE(digits.size() == 12);
  CHECK(digits[3].label == 3);
  CHECK(digits[11].label == 1);
  const auto expected = synth_dataset(12, kSynthSeed, SynthPart::extra);
  CHECK(std::ranges::equal(digits[11].pixels, expected.image(11)));
  CHECK(drawn_samples(test::network("input 784, linear 10"), 1).size() == 1);
  CHECK(drawn_samples(test::network("input 1x28x28, flatten, linear 3"), 2)[1].label == -1);
  CHECK(drawn_samples(test::network("input 1x27x28, flatten, linear 10"), 5).empty());
  CHECK(drawn_samples(test::network("input 784, linear 10"), 0).empty());
}

TEST_CASE("chosen samples are different ones, as the seed says, and no more than there are") {
  const Dataset data = synth_dataset(30, 1, SynthPart::train);
  const auto chosen = chosen_samples(data, 10, 1);
  REQUIRE(chosen.size() == 10);
  std::set<std::vector<std::uint8_t>> different;
  for (const Sample& sample : chosen) different.insert(sample.pixels);
  CHECK(different.size() == 10);
  CHECK(chosen_samples(data, 10, 1)[0].pixels == chosen[0].pixels);
  CHECK(chosen_samples(data, 10, 2)[0].pixels != chosen[0].pixels);
  CHECK(chosen_samples(data, 31, 1).size() == 30);
}

TEST_CASE("known samples are the file's own, or drawn") {
  ModelFile file = test::network("input 784, linear 10");
  CHECK(known_samples(file, 7).size() == 7);
  file.replay = {labelled(1, 0), labelled(2, 1), labelled(3, 2)};
  file.replay[0].pixels.clear();  // one of values cannot be mixed with pixels
  CHECK(known_samples(file, 7).size() == 2);
  CHECK(known_samples(file, 1)[0].label == 1);
}

TEST_CASE("golden outputs become those of the weights, for pixels and for values") {
  ModelFile file = test::network("input 4, linear 2");
  file.golden = {labelled(100, -1), {.pixels = {}, .values = {1, 2, 3, 4}, .outputs = {0, 0}}};
  REQUIRE(renew_golden(*kernels::cpu().table, file));
  const auto& w = file.layers[0].tensor(Slot::weight);
  const auto& b = file.layers[0].tensor(Slot::bias);
  CHECK(file.golden[1].outputs[0] == Approx(b[0] + w[0] + 2 * w[1] + 3 * w[2] + 4 * w[3]));
  CHECK(file.golden[0].outputs[1] == Approx(b[1] + (w[4] + w[5] + w[6] + w[7]) * 100 / 255));
}

TEST_CASE("a sample of another size is no success") {
  const ModelFile file = test::network("input 5, linear 2");
  CHECK_FALSE(run_sample(*kernels::cpu().table, file, labelled(1, 0)));
}
