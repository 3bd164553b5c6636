#include "models/lenet.h"
#include "runtime/answer.h"
#include "tests/formats/device/model.h"

using namespace lentil;
using namespace lentil::test;

namespace {

// A stroke on paper, in colour, with rows that do not touch.
struct Photo {
  static constexpr std::uint32_t kWidth = 70, kHeight = 90, kStride = 3 * kWidth + 5;
  Photo() : pixels(kHeight * kStride, 230) {
    for (std::uint32_t y = 15; y < 80; ++y)
      std::fill_n(pixels.begin() + y * kStride + 3 * (25 + y / 8), 27, std::uint8_t{20});
  }
  lentil_image image() const { return {pixels.data(), kWidth, kHeight, 3, kStride}; }
  Picture picture() const { return {pixels.data(), kWidth, kHeight, kStride, PixelFormat::rgb}; }
  std::vector<std::uint8_t> pixels;
};

std::vector<float> outputs_in_cpp(const formats::ModelFile& file, std::vector<std::uint8_t> pixels) {
  const auto outputs = formats::run_sample(
      *kernels::cpu().table, file, {.pixels = std::move(pixels), .values = {}, .outputs = {}, .label = -1});
  REQUIRE(outputs);
  return *outputs;
}

}  // namespace

TEST_CASE("a photo is prepared and classified as C++ does it, bit for bit") {
  formats::ModelFile file = models::lenet();
  formats::initialize(file, 3);
  const Photo photo;
  std::vector<std::byte> work(kPrepareBytes);
  std::vector<std::uint8_t> prepared(784);
  const auto found = prepare(photo.picture(), digit_recipe(file.input), file.input, work, prepared);
  REQUIRE(found);
  auto wanted = outputs_in_cpp(file, prepared);
  to_probabilities(file.model(), wanted);
  for (const std::uint32_t mode : {LENTIL_INFER, LENTIL_LEARN, LENTIL_TRAIN}) {
    for (const std::uint32_t goal : {LENTIL_SMALL, LENTIL_FAST}) {
      const OpenNetwork network(file, {.mode = mode, .goal = goal, .corrections = 1});
      lentil_answer answer;
      std::array<float, 10> probabilities{};
      const lentil_image image = photo.image();
      OpenNetwork::check(lentil_classify(network, &image, &answer, probabilities.data(), 10));
      CHECK(std::equal(wanted.begin(), wanted.end(), probabilities.begin()));
      CHECK(answer.label == lentil::answer(wanted));
      CHECK(answer.probability == wanted[answer.label]);
      CHECK(answer.x == found->x);
      CHECK(answer.y == found->y);
      CHECK(answer.width == found->width);
      CHECK(answer.height == found->height);
    }
  }
}

TEST_CASE("pictures that are prepared already are taken where they lie, and have to fit") {
  const auto file = small_file();
  const OpenNetwork network(file, {.pictures = LENTIL_PREPARED_PICTURE});
  CHECK(network.arena.size() < 16'384);
  const auto pixels = random_bytes(784, 1);
  auto wanted = outputs_in_cpp(file, pixels);
  to_probabilities(file.model(), wanted);
  lentil_answer answer;
  std::array<float, 10> probabilities{};
  const lentil_image good = image_of(pixels);
  OpenNetwork::check(lentil_classify(network, &good, &answer, probabilities.data(), 10));
  CHECK(std::equal(wanted.begin(), wanted.end(), probabilities.begin()));
  const auto refused = [&](std::uint32_t width, std::uint32_t height, std::uint32_t channels,
                           std::uint32_t stride) {
    const lentil_image image{pixels.data(), width, height, channels, stride};
    return lentil_classify(network, &image, &answer, nullptr, 0);
  };
  check_error(refused(28, 28, 3, 0), LENTIL_BAD_PICTURE, 0, 1, 3);
  check_error(refused(28, 27, 1, 0), LENTIL_BAD_PICTURE, 1, 28, 27);
  check_error(refused(29, 28, 1, 0), LENTIL_BAD_PICTURE, 2, 28, 29);
  check_error(refused(28, 28, 1, 32), LENTIL_BAD_PICTURE, 3, 28, 32);
}

TEST_CASE("classifying refuses what is no picture, shows nothing, or has no room for the answer") {
  const OpenNetwork network(small_file());
  const Photo photo;
  lentil_image image = photo.image();
  lentil_answer answer;
  std::array<float, 10> room{};
  const auto classify = [&] { return lentil_classify(network, &image, &answer, nullptr, 0); };
  check_error(lentil_classify(nullptr, &image, &answer, nullptr, 0), LENTIL_MISSING_ARGUMENT, 0, 0, 0);
  check_error(lentil_classify(network, nullptr, &answer, nullptr, 0), LENTIL_MISSING_ARGUMENT, 1, 0, 0);
  check_error(lentil_classify(network, &image, nullptr, nullptr, 0), LENTIL_MISSING_ARGUMENT, 2, 0, 0);
  check_error(lentil_classify(network, &image, &answer, room.data(), 9), LENTIL_WRONG_SIZE, 0, 10, 9);
  check_error(lentil_classify(network, &image, &answer, nullptr, 10), LENTIL_WRONG_SIZE, 0, 0, 10);
  for (const std::uint32_t channels : {0u, 5u}) {
    image.channels = channels;
    check_error(classify(), LENTIL_BAD_PICTURE, 0, 4, channels);
  }
  image = photo.image();
  image.stride = 100;
  check_error(classify(), LENTIL_BAD_PICTURE, 0, 210, 100);
  image.height = 0;
  check_error(classify(), LENTIL_BAD_PICTURE, 0, 65535, 70);
  image = photo.image();
  image.height = 10;  // above the stroke
  check_error(classify(), LENTIL_NO_INK, 0, 0, 0);
  image.pixels = nullptr;
  check_error(classify(), LENTIL_MISSING_ARGUMENT, 1, 0, 0);
  const OpenNetwork floats(small_file(), {.input = LENTIL_FLOATS});
  image = photo.image();
  check_error(lentil_classify(floats, &image, &answer, nullptr, 0), LENTIL_WRONG_INPUT_TYPE, 0, 0, 1);
}

TEST_CASE("the network alone runs on pixels and on floats as a Session does") {
  const auto file = small_file();
  const auto pixels = random_bytes(3 * 784, 1);
  const auto values = random_floats(3 * 784, 2);
  for (const std::uint32_t input : {LENTIL_PIXELS, LENTIL_FLOATS}) {
    const OpenNetwork network(file, {.input = input, .batch = 3});
    const OwnedPlan plan(
        file.model(), {.input = input == LENTIL_PIXELS ? InputType::uint8 : InputType::float32, .batch = 3});
    PoisonedArena arena(arena_bytes(*plan));
    auto session = Session::create(file.model(), *plan, *kernels::cpu().table, arena.bytes());
    REQUIRE(session);
    std::vector<float> wanted(30), outputs(30);
    const void* data = input == LENTIL_PIXELS ? static_cast<const void*>(pixels.data()) : values.data();
    const std::size_t bytes = input == LENTIL_PIXELS ? 3 * 784 : 3 * 784 * 4;
    REQUIRE((input == LENTIL_PIXELS ? session->run(pixels, wanted) : session->run(values, wanted)) ==
            Status::ok);
    OpenNetwork::check(lentil_run(network, data, bytes, 3, outputs.data(), 30));
    CHECK(outputs == wanted);
    check_error(lentil_run(network, data, bytes, 0, outputs.data(), 30), LENTIL_BAD_BATCH, 0, 3, 0);
    check_error(lentil_run(network, data, bytes, 4, outputs.data(), 30), LENTIL_BAD_BATCH, 0, 3, 4);
    check_error(lentil_run(network, data, bytes, 2, outputs.data(), 30), LENTIL_WRONG_SIZE, 0, bytes / 3 * 2,
                bytes);
    check_error(lentil_run(network, data, bytes, 3, outputs.data(), 29), LENTIL_WRONG_SIZE, 0, 30, 29);
    check_error(lentil_run(nullptr, data, bytes, 3, outputs.data(), 30), LENTIL_MISSING_ARGUMENT, 0, 0, 0);
    check_error(lentil_run(network, nullptr, bytes, 3, outputs.data(), 30), LENTIL_MISSING_ARGUMENT, 1, 0, 0);
    check_error(lentil_run(network, data, bytes, 3, nullptr, 30), LENTIL_MISSING_ARGUMENT, 4, 0, 0);
  }
}

TEST_CASE("facts and labels are the file's") {
  const auto file = small_file();
  const OpenNetwork network(file);
  const lentil_facts facts = network.facts();
  CHECK(facts.channels == 1);
  CHECK(facts.height == 28);
  CHECK(facts.width == 28);
  CHECK(facts.outputs == 10);
  CHECK(facts.labels == 10);
  CHECK(facts.weights_hash == weights_hash(file.model()));
  CHECK(std::string(lentil_label(network, 7)) == "class 7");
  CHECK(lentil_label(network, 10) == nullptr);
  CHECK(lentil_label(nullptr, 0) == nullptr);
  lentil_facts unused;
  check_error(lentil_info(nullptr, &unused), LENTIL_MISSING_ARGUMENT, 0, 0, 0);
  check_error(lentil_info(network, nullptr), LENTIL_MISSING_ARGUMENT, 1, 0, 0);
}

TEST_CASE("statuses have the numbers and names of C++") {
  for (std::uint32_t i = 0; i < 256; ++i)
    CHECK(std::string(lentil_status_text(i)) == status_name(static_cast<Status>(i)));
  CHECK(std::string(lentil_status_text(100'000)) == "unknown status");
  CHECK(LENTIL_OTHER_LAYERS == static_cast<int>(Status::other_layers));
  CHECK(LENTIL_GOLDEN_MISMATCH == static_cast<int>(Status::golden_mismatch));
}
