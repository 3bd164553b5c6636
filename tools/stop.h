// How a command ends early: it throws, main prints.
#pragma once
#include <string>
#include <utility>

#include "formats/host/outcome.h"

namespace lentil::tools {

inline constexpr int kFailed = 1;      // or a difference was found
inline constexpr int kWrongUsage = 2;  // of the command line or the environment

struct Stop {
  int code;
  std::string message;  // what, where, why, what to do
};

[[noreturn]] inline void fail(std::string message) { throw Stop{kFailed, std::move(message)}; }
[[noreturn]] inline void reject(std::string message) { throw Stop{kWrongUsage, std::move(message)}; }

template <class T>
T need(formats::Outcome<T> outcome) {
  if (!outcome) fail(outcome.error().message);
  return std::move(*outcome);
}

// `what` could not be done.
template <class T>
T need(Result<T> result, const std::string& what) {
  if (!result) fail(what + ": " + formats::explain(result.error()));
  return std::move(*result);
}

}  // namespace lentil::tools
