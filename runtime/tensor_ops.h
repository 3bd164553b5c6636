// What to do with the elements of a view: fill, copy, compute, select. Results go to memory of the caller;
// elements are visited in row-major order, whatever the strides.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "runtime/tensor_view.h"

namespace lentil {

template <class T, class Visit>
void for_each(const TensorView<T>& t, Visit visit) {
  Walk walk(t.layout());
  for (std::int64_t left = t.count(); left > 0; --left, walk.next()) visit(t.data()[walk.offset()]);
}

// out = f(t) element by element; wrong_size if the sizes differ. `out` may be `t` itself, but may not overlap
// it otherwise. A comparison makes a mask: transform(t, [](float x) { return x > 0; }, mask).
template <class T, class Function, class U>
Status transform(const TensorView<T>& t, Function f, const TensorView<U>& out) {
  if (!t.layout().same_sizes(out.layout())) return Status::wrong_size;
  Walk from(t.layout()), to(out.layout());
  for (std::int64_t left = t.count(); left > 0; --left, from.next(), to.next())
    out.data()[to.offset()] = f(t.data()[from.offset()]);
  return Status::ok;
}

// PyTorch's t + x, t - x, t * x and t / x.
template <class T, class U>
Status add(const TensorView<T>& t, std::type_identity_t<U> x, const TensorView<U>& out) {
  return transform(
      t, [x](U y) { return static_cast<U>(y + x); }, out);
}
template <class T, class U>
Status sub(const TensorView<T>& t, std::type_identity_t<U> x, const TensorView<U>& out) {
  return transform(
      t, [x](U y) { return static_cast<U>(y - x); }, out);
}
template <class T, class U>
Status mul(const TensorView<T>& t, std::type_identity_t<U> x, const TensorView<U>& out) {
  return transform(
      t, [x](U y) { return static_cast<U>(y * x); }, out);
}
template <class T, class U>
Status div(const TensorView<T>& t, std::type_identity_t<U> x, const TensorView<U>& out) {
  return transform(
      t, [x](U y) { return static_cast<U>(y / x); }, out);
}

// PyTorch's zeros and ones are fill(t, 0) and fill(t, 1).
template <class T>
void fill(const TensorView<T>& t, std::type_identity_t<T> value) {
  for_each(t, [&](T& element) { element = value; });
}

// Ones where row and column agree, zeros elsewhere; too_many_indices unless the rank is 2.
template <class T>
Status eye(const TensorView<T>& t) {
  if (t.rank() != 2) return Status::too_many_indices;
  fill(t, T{0});
  for (std::int64_t i = 0; i < t.size(0) && i < t.size(1); ++i) t[i][i].item() = T{1};
  return Status::ok;
}

// The elements side by side at the front of `out`, and the part that they take; wrong_size if it is too
// short.
template <class T>
Result<std::span<std::remove_const_t<T>>> copy(const TensorView<T>& t,
                                               std::span<std::remove_const_t<T>> out) {
  const auto needed = static_cast<std::size_t>(t.count());
  if (out.size() < needed) return Error{Status::wrong_size, 0, needed, out.size()};
  auto* to = out.data();
  for_each(t, [&](const T& element) { *to++ = element; });
  return out.first(needed);
}
template <class T>
Status copy(const TensorView<T>& t, const TensorView<std::remove_const_t<T>>& out) {
  return transform(
      t, [](const T& element) { return element; }, out);
}

// How many elements t[predicate(t)] would have.
template <class T, class Predicate>
std::int64_t count_if(const TensorView<T>& t, Predicate predicate) {
  std::int64_t count = 0;
  for_each(t, [&](const T& element) { count += predicate(element) ? 1 : 0; });
  return count;
}

// t[predicate(t)], such as t[t > 0]: those elements side by side at the front of `out`, and the part that
// they take. wrong_size {needed, given}: `out` is too short and holds as many as fit.
template <class T, class Predicate>
requires std::is_invocable_r_v<bool, Predicate, const T&> Result<std::span<std::remove_const_t<T>>> select(
    const TensorView<T>& t, Predicate predicate, std::span<std::remove_const_t<T>> out) {
  std::size_t found = 0;
  for_each(t, [&](const T& element) {
    if (!predicate(element)) return;
    if (found < out.size()) out[found] = element;
    ++found;
  });
  if (found > out.size()) return Error{Status::wrong_size, 0, found, out.size()};
  return out.first(found);
}
// t[mask], for a mask of the same sizes.
template <class T>
Result<std::span<std::remove_const_t<T>>> select(const TensorView<T>& t, const TensorView<const bool>& mask,
                                                 std::span<std::remove_const_t<T>> out) {
  if (!t.layout().same_sizes(mask.layout())) {
    return Error{Status::wrong_size, 0, static_cast<std::uint64_t>(t.count()),
                 static_cast<std::uint64_t>(mask.count())};
  }
  Walk walk(mask.layout());
  return select(
      t,
      [&](const T&) {
        const bool taken = mask.data()[walk.offset()];
        walk.next();
        return taken;
      },
      out);
}

}  // namespace lentil
