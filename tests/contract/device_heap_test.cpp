#include "tests/contract/heap_watch.h"
#include "tests/formats/device/memory_storage.h"
#include "tests/formats/device/model.h"

using namespace lentil;

namespace {

// All functions that a mode has, each once; the first status that is not ok.
std::uint32_t use(const formats::AlignedBytes& model, const lentil_options& options,
                  formats::AlignedBytes& arena, const lentil_storage& storage) {
  static const std::vector<std::uint8_t> pixels = test::random_bytes(784, 1);
  const lentil_image image = test::image_of(pixels);
  const std::uint8_t label = 3;
  lentil_network* network = nullptr;
  std::uint64_t needed = 0;
  std::array<float, 10> outputs{};
  lentil_answer answer;
  lentil_lesson lesson;
  lentil_step step;
  lentil_saved saved;
  lentil_facts facts;
  const lentil_learning learning{.rate = 0, .passes = 0, .steps = 3, .go_on = nullptr, .context = nullptr};
  std::uint32_t status =
      lentil_needed(model.data(), model.size(), &options, arena.data(), arena.size(), &needed).status;
  const auto then = [&](auto call) { status = status == LENTIL_OK ? call().status : status; };
  then([&] {
    return lentil_open(&network, model.data(), model.size(), &options, arena.data(), arena.size());
  });
  then([&] { return lentil_classify(network, &image, &answer, outputs.data(), outputs.size()); });
  then([&] { return lentil_run(network, pixels.data(), pixels.size(), 1, outputs.data(), outputs.size()); });
  then([&] { return lentil_info(network, &facts); });
  if (lentil_label(network, 3) == nullptr || lentil_version() == nullptr) return LENTIL_MISSING_ARGUMENT;
  if (options.mode == LENTIL_INFER) return status;
  if (options.mode == LENTIL_TRAIN) {
    then([&] { return lentil_train(network, pixels.data(), pixels.size(), &label, 1, nullptr, &step); });
  } else {
    then([&] { return lentil_correct(network, &image, label); });
    then([&] { return lentil_learn(network, &learning, &lesson); });
  }
  then([&] { return lentil_save(network, &storage, &saved); });
  then([&] { return lentil_load(network, &storage, &saved); });
  then([&] { return lentil_undo(network, &storage, &saved); });
  return status;
}

}  // namespace

TEST_CASE("no function of the C API calls the heap") {
  const auto model = formats::write_model(test::small_file());
  formats::AlignedBytes arena(1 << 20);
  test::MemoryStorage memory(1 << 18);
  const lentil_storage storage = memory.hook();
  for (const std::uint32_t pictures : {LENTIL_PREPARED_PICTURE, LENTIL_ANY_PICTURE}) {
    for (const std::uint32_t mode : {LENTIL_INFER, LENTIL_LEARN, LENTIL_TRAIN}) {
      const lentil_options options{.mode = mode, .pictures = pictures, .train_last = 1, .corrections = 4};
      REQUIRE(use(model, options, arena, storage) == LENTIL_OK);
      const contract::HeapWatch watch;
      const std::uint32_t status = use(model, options, arena, storage);
      CHECK(watch.calls() == 0);
      CHECK(status == LENTIL_OK);
    }
  }
}
