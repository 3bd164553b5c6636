// Work that may hang or crash, in a process of its own.
#pragma once
#include <functional>
#include <string>

#include "formats/host/outcome.h"

namespace lentil::tools {

// What `work` returns there; nothing else that it changes or prints comes back. Fails if it has not returned
// after so many seconds, and then the process is ended, or if it ends in any other way. `who` begins the
// sentence. To be called while this process has one thread.
formats::Outcome<std::string> in_child(const std::string& who, double seconds,
                                       const std::function<std::string()>& work);

}  // namespace lentil::tools
