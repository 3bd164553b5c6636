// PyTorch's first lessons on tensors, in C++: views of a buffer, slices, masks, arithmetic, files for NumPy.
#include <array>
#include <cstdio>
#include <vector>

#include "formats/host/npy.h"
#include "formats/host/tensor.h"
#include "formats/host/tensor_text.h"

using namespace lentil;
using formats::tensor_text;

namespace {

template <class T>
void print(const char* title, const TensorView<T>& t) {
  std::printf("%s =\n%s\n\n", title, tensor_text(t).c_str());
}

}  // namespace

int main() {
  std::vector<float> buffer(24);
  for (std::size_t i = 0; i < buffer.size(); ++i) buffer[i] = static_cast<float>(i);
  const auto t = *TensorView<float>::over(buffer, {2, 3, 4});  // torch.arange(24.).view(2, 3, 4)
  print("t[0][1]", t[0][1]);

  // What could be wrong returns a Result: an index typed by a user, a shape from a file.
  if (const auto part = t(0, range(1, 3), kAll)) print("t[0, 1:3, :]", *part);
  if (const auto part = slice(t, "...,-1")) print("t[..., -1]", *part);
  if (const auto wrong = slice(t, "0,7"); !wrong) {
    std::printf("t[0, 7]: %s\n\n", formats::explain(wrong.error()).c_str());
  }
  if (const auto rows = t.reshape({-1, 12})) print("t.view(-1, 12)", *rows);
  if (const auto turned = t.permute({2, 0, 1})) print("t.permute(2, 0, 1)[0]", (*turned)[0]);

  // t[t > 20], into memory of ours.
  std::array<float, 24> room;
  const auto above = [](float x) { return x > 20; };
  if (const auto chosen = select(t, above, room)) {
    print("t[t > 20]", TensorView<float>(chosen->data(), *row_major({std::ssize(*chosen)})));
  }

  sub(t, 0.5f, t);  // t -= 0.5: the buffer changes with it
  std::printf("buffer[23] = %g\n\n", static_cast<double>(buffer[23]));

  const formats::Tensor<float> noise = formats::randn({2, 3}, /*seed=*/1);  // the same bits on every machine
  print("randn(2, 3)", noise.view());

  // A .npy file in memory, seen where it lies.
  auto file = formats::write_npy(noise.view());
  if (const auto seen = formats::view_npy<float>(std::span(file))) print("from the file", *seen);
}
