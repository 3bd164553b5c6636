#include "formats/host/augment_options.h"

#include <catch2/catch.hpp>
#include <string>

using namespace lentil::formats;
using Catch::Contains;

namespace {

AugmentOptions parsed(std::string_view text) {
  const auto options = parse_augment(text);
  INFO(text);
  REQUIRE(options);
  return *options;
}

}  // namespace

TEST_CASE("distortions are a preset, settings, or a preset with changes") {
  CHECK(parsed("none") == AugmentOptions{});
  CHECK(parsed("rotate=15,shear=0.3,blur=0") == AugmentOptions{.rotate = 15, .shear = 0.3f});
  AugmentOptions changed = parsed("full");
  CHECK(changed != parsed("light"));
  changed.rotate = 20;
  changed.contrast = 0;
  CHECK(parsed("full,rotate=20,contrast=0") == changed);
}

TEST_CASE("only what changes pictures counts as a distortion") {
  CHECK_FALSE(distorts(parsed("none")));
  CHECK_FALSE(distorts(parsed("shift=0")));
  CHECK(distorts(parsed("light")));
  CHECK(distorts(parsed("blur=0.1")));
}

TEST_CASE("words that say nothing are refused with what may be said") {
  for (const char* text :
       {"", ",", "full,", "rotate", "rotate=", "rotate=x", "rotate=1x", "rotate=-1", "rotate=91", "shear=nan",
        "shear=inf", "scale=1e9", "light,full", "rotate=5,full", "=3", "full;rotate=3"}) {
    INFO(text);
    const auto options = parse_augment(text);
    REQUIRE_FALSE(options);
    CHECK_FALSE(options.error().message.empty());
  }
  CHECK_THAT(parse_augment("rotat=5").error().message, Contains("did you mean 'rotate'?"));
  CHECK_THAT(parse_augment("ful").error().message, Contains("did you mean 'full'?"));
  CHECK_THAT(parse_augment("blur=2").error().message, Contains("blur=2") && Contains("from 0 to 1"));
  CHECK_THAT(parse_augment("light,full").error().message, Contains("must be the first word"));
}
