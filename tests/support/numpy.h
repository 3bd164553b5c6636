// Runs lines of Python that see NumPy as np; for tests that skip themselves where it is missing.
#pragma once
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "tests/support/temporary_folder.h"

namespace lentil::test {

// Whether the lines ran to their end; an assert in them that fails says so on standard error.
inline bool run_numpy(const std::string& lines) {
  const TemporaryFolder folder;
  const std::string script = folder.path("script.py");
  std::ofstream(script) << "import numpy as np\n" << lines << '\n';
  const std::string command = std::string("'" LENTIL_PYTHON "' '") + script + "'";
  return std::system(command.c_str()) == 0;
}

// False after saying why the test is skipped.
inline bool numpy_is_here() {
  static const bool here = std::system("'" LENTIL_PYTHON "' -c 'import numpy' 2>/dev/null") == 0;
  if (!here) std::cout << "skipped: there is no Python with NumPy\n";
  return here;
}

}  // namespace lentil::test
