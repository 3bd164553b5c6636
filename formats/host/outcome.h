// Errors of the host side: a sentence for people, because they name files and say what to do.
#pragma once
#include <string>

#include "runtime/status.h"

namespace lentil::formats {

// One or two sentences: what, where, why, what to do. No trailing newline.
struct Failure {
  std::string message;
};

template <class T>
using Outcome = Result<T, Failure>;

// A Status with its numbers as a sentence ("arena too small: needed 7424 bytes, given 7423").
std::string explain(const Error& error);

}  // namespace lentil::formats
