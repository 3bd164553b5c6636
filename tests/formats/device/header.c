/* The header alone is C99, and C++ (header.cpp includes this file's text). */
#include <lentil.h>

int main(void) {
  const lentil_options options = {0};
  lentil_network* network = 0;
  const lentil_error error = lentil_open(&network, 0, 0, &options, 0, 0);
  return error.status == LENTIL_MISSING_ARGUMENT && lentil_version()[0] != 0 ? 0 : 1;
}
