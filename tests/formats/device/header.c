/* The header alone, as C99 and (header.cpp) as C++. */
#include <lentil.h>

int main(void) {
  lentil_network* network = 0;
  const lentil_error error = lentil_open(&network, 0, 0, 0, 0, 0);
  return error.status == LENTIL_MISSING_ARGUMENT && lentil_version()[0] != 0 ? 0 : 1;
}
