#include "tools/progress_bar.h"

#include <catch2/catch.hpp>

using namespace lentil::tools;

namespace {

BarState state() {
  return {.epoch = 1,
          .epochs = 5,
          .done = 30000,
          .total = 60000,
          .loss = 0.41234,
          .accuracy = 0.873,
          .rate = 12400.7,
          .seconds_left = 65};
}

}  // namespace

TEST_CASE("the bar tells loss, accuracy, speed and time left") {
  CHECK(render_bar(state(), {.columns = 120, .unicode = false, .colour = false}) ==
        "epoch 1/5 [###########-----------] 30000/60000  loss 0.4123  acc 87.3 %  12,400 img/s  ETA 1:05");
}

TEST_CASE("on a narrow terminal the bar is short, then facts are left out") {
  const auto line = [](std::size_t columns) {
    return render_bar(state(), {.columns = columns, .unicode = false, .colour = false});
  };
  CHECK(line(80) == "epoch 1/5 [###---] 30000/60000  loss 0.4123  acc 87.3 %  12,400 img/s  ETA 1:05");
  CHECK(line(60) == "epoch 1/5 [#####-----] 30000/60000  loss 0.4123  acc 87.3 %");
  CHECK(line(17) == "epoch 1/5 [##--]");
  CHECK(line(16) == "epoch 1/5 ");
  CHECK(line(5) == "epoc");
}

TEST_CASE("the bar is drawn in eighths where the terminal knows them") {
  BarState s = state();
  const auto line = [&s] { return render_bar(s, {.columns = 120, .unicode = true, .colour = false}); };
  CHECK_THAT(line(), Catch::StartsWith("epoch 1/5 ████████████             30000/60000  loss"));
  s.done = 1250;  // half a column
  CHECK_THAT(line(), Catch::StartsWith("epoch 1/5 ▌                        1250/60000  loss"));
  s.done = s.total;
  CHECK_THAT(line(), Catch::StartsWith("epoch 1/5 ████████████████████████ 60000/60000  loss"));
}

TEST_CASE("the bar never reaches the last column") {
  for (std::size_t columns = 1; columns < 110; ++columns) {
    CHECK(render_bar(state(), {.columns = columns, .unicode = false, .colour = false}).size() < columns);
  }
}

TEST_CASE("the bar is coloured on demand only") {
  CHECK(render_bar(state(), {.columns = 80, .unicode = false, .colour = true}).find('\x1b') !=
        std::string::npos);
  CHECK(render_bar(state(), {.columns = 80, .unicode = false, .colour = false}).find('\x1b') ==
        std::string::npos);
}

TEST_CASE("an epoch without images has an empty bar") {
  CHECK_THAT(render_bar({.epoch = 1, .epochs = 1}, {.columns = 120, .unicode = false, .colour = false}),
             Catch::StartsWith("epoch 1/1 [----------------------] 0/0  loss 0.0000  acc 0.0 %"));
}

TEST_CASE("durations are told in hours, minutes and seconds") {
  CHECK(duration_text(0) == "0:00");
  CHECK(duration_text(59.6) == "1:00");
  CHECK(duration_text(3599) == "59:59");
  CHECK(duration_text(7384) == "2:03:04");
  CHECK(duration_text(-5) == "0:00");
}
